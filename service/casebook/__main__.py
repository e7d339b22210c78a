"""python -m service.casebook <folder>: what `standing rules test` does."""

from pathlib import Path

import click

from service.casebook.run import run_folder
from service.casebook.report import text_of


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def test(folder: Path) -> None:
    report = run_folder(folder)
    click.echo(text_of(report))
    raise SystemExit(report.exit_code())

test()
