"""What a person asks for on the command line: cases run, a report printed, an exit code."""

import json
from pathlib import Path

import click

from service.casebook.junit import junit_of
from service.casebook.report import json_of, text_of
from service.casebook.run import run_folder


def run_cases(folder: Path, least_coverage: float, *, as_json: bool, junit: Path | None) -> int:
    """Runs the cases of a folder and prints how they came out.

    Args:
        folder: a pack, or a folder of packs.
        least_coverage: the percentage below which the command fails.
        as_json: whether to print JSON instead of text.
        junit: the file to write JUnit XML to, where one is asked for.

    Returns:
        0 all well, 1 a case failed or too little is covered, 2 files are faulty.
    """
    report = run_folder(folder)
    if junit:
        junit.write_bytes(junit_of(report))
    click.echo(
        json.dumps(json_of(report), indent=2, ensure_ascii=False) if as_json else text_of(report, least_coverage)
    )
    return report.exit_code(least_coverage)
