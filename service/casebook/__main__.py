"""python -m service.casebook FOLDER: what `standing rules test` does."""

import sys
from pathlib import Path

import click

from service.casebook.command import run_cases


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--coverage", default=0.0, type=click.FloatRange(0, 100), help="Fail below this percentage.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to this file as well.")
def main(*, folder: Path, coverage: float, as_json: bool, junit: Path | None) -> None:
    """Run the cases of a pack or of a folder of packs."""
    sys.exit(run_cases(folder, coverage, as_json=as_json, junit=junit))


if __name__ == "__main__":
    main()
