"""python -m tests.benchmarks [PART …] [--quick]: measures, prints, and writes RESULTS.md."""

import os
from pathlib import Path
from time import perf_counter

import click

from service.settings import bound_column_threads, settings_from_environment
from tests.benchmarks.page import Circumstances, page, shown
from tests.benchmarks.parts import PARTS, apart
from tests.benchmarks.sizes import FULL, QUICK

WHOLE = "Everything at the sizes that were promised."
LOOK = "**A quick look at small sizes, too small for any promise to be read off: fixed costs weigh too much.**"
RESULTS = Path(__file__).with_name("RESULTS.md")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="Small sizes, a minute or two: for a look.")
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
def main(parts: tuple[str, ...], *, quick: bool, into: Path | None) -> None:
    """Measures PARTS, or everything, and prints it; everything at full size is written to RESULTS.md as well."""
    bound_column_threads(settings_from_environment().columns)  # as a worker; before anything imports Polars
    load, began, sections = os.getloadavg()[0], perf_counter(), []
    for part in parts or PARTS:
        sections.append(apart(part, QUICK if quick else FULL))
        click.echo(shown(sections[-1]))
    target = into or (RESULTS if not parts and not quick else None)
    if target:
        command = " ".join(["python -m tests.benchmarks", *parts, *(["--quick"] if quick else [])])
        made = Circumstances(command, LOOK if quick else WHOLE, load, (perf_counter() - began) / 60)
        target.write_text(page(sections, made), encoding="utf-8")


if __name__ == "__main__":
    main()
