"""standing serve | demo | evaluate | rules check: what a person types. Prints; thinks nothing."""

import sys
from pathlib import Path

import click

from service.core.errors import BrokenRulebook
from service.rulebook.folder import Snapshot, snapshot
from service.settings import BadSetting, Settings, settings_from_environment

FORMS = ("text", "json", "github")
INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended
OUTPUT = click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path)
STANDARD_OUTPUT = Path("-")
LEVELS = ("insufficient_data", "good", "watch", "breach")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="standing")
def main() -> None:
    """Standing tells marketplace sellers where they stand and what to do next."""


def settings() -> Settings:
    """The settings; a bad one ends the command."""
    try:
        return settings_from_environment()
    except BadSetting as error:
        raise click.ClickException(str(error)) from None


def rule_files(folder: Path) -> Snapshot:
    """The rule files of a folder; one that cannot be read ends the command."""
    try:
        return snapshot(folder)
    except BrokenRulebook as broken:
        raise click.ClickException(str(broken)) from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 256), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
    """Answer over HTTP until stopped."""
    from service.server import Server, is_sound

    held = settings()
    files = rule_files(held.rules)
    if not is_sound(files):
        raise click.ClickException("the rules cannot be used")
    Server(held, files, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", workers).run()


@main.command()
@click.option("--keep", is_flag=True, help="Leave the server running and print how to call it.")
@click.option("--reports", is_flag=True, help="Post the marketplace's own reports instead of a batch.")
def demo(keep: bool, reports: bool) -> None:
    """Start the server, post a seller's month over HTTP, print the verdict, end."""
    from service.demo import run_demo

    sys.exit(run_demo(keep=keep, reports=reports))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--marketplace", help="Marketplace of records that name none.")
@click.option("--seller-id", help="Seller of records that name none.")
@click.option("--timezone", help="IANA time zone of times without an offset.")
@click.option("--as-of", help="The instant to judge at; now where left out.")
@click.option("--on-invalid", default="reject", show_default=True, type=click.Choice(["reject", "skip"]))
@click.option("--evidence", default=20, show_default=True, type=click.IntRange(0, 1000), help="Ids per list, at most.")
@click.option("--at-least", type=click.Choice(LEVELS), help="List only metrics at this level or worse.")
@click.option("--json", is_flag=True, help="Print the answer as JSON instead of a table.")
@click.option("--ndjson", is_flag=True, help="Print a verdict a line.")
@click.option("--csv", is_flag=True, help="Print a row per seller and metric.")
@click.option("-o", "output", type=OUTPUT, help="Write to a file, as its name ends; - is standard output.")
def evaluate(paths: tuple[Path, ...], output: Path | None, on_invalid: str, **given: str | int | None) -> None:
    """Evaluate files and folders without a server.

    A file is for the table it is named after (orders.csv, orders-2.parquet, returns.ndjson.gz); a JSON or NDJSON file
    of another name is a whole batch, and there may be one. A file without records says that there were none. A
    marketplace's own report is known by what is in it, whatever it is called. Of a folder, files are taken, but no
    folders within it.

    Exit code 0: judged. 1: records or files are at fault, each named with file, line and column. 2: wrong usage.
    """
    try:
        from service.from_disk import Wanted, run_files
        from service.report import reason_of

        query = {"on_invalid": on_invalid, "evidence": given.pop("evidence"), "at_least": given.pop("at_least")}
        forms = [name for name in ("json", "ndjson", "csv") if given.pop(name)]
        top = {name: value for name, value in given.items() if value}
        held = settings()
        wanted = Wanted(paths, top, query, forms, None if output == STANDARD_OUTPUT else output)
        sys.exit(run_files(wanted, held, rule_files(held.rules)))
    except BrokenRulebook as broken:
        raise click.ClickException(str(broken)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.ClickException(reason_of(error)) from None
    except MemoryError:
        raise click.ClickException("there is not enough memory") from None
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@main.group()
def rules() -> None:
    """Work on rule files."""


@rules.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True, help="How to print.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
def rules_check(folder: Path | None, form: str, *, strict: bool) -> None:
    """Print every fault of a folder of rules (default: those in force).

    Exit code 0: sound. 1: there are faults. 2: wrong usage.
    """
    from service.check import check_folder, shown_findings

    where = folder or settings().rules
    findings = check_folder(where)
    click.echo(shown_findings(findings, where, form))
    sys.exit(findings.exit_code(strict=strict))


@rules.command("test")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--coverage", default=0.0, type=click.FloatRange(0, 100), help="Fail below this percentage.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to this file as well.")
def rules_test(folder: Path | None, coverage: float, *, as_json: bool, junit: Path | None) -> None:
    """Run the cases beside a folder of rules (default: those in force), and say what they do not reach.

    Exit code 0: all pass. 1: a case fails, or too little is covered. 2: files are faulty.
    """
    from service.casebook.command import run_cases

    sys.exit(run_cases(folder or settings().rules, coverage, as_json=as_json, junit=junit))
