"""standing serve | demo | evaluate | rules check: what a person types. Prints; thinks nothing."""

import json
import sys
from pathlib import Path

import click

from service.core.errors import BrokenRulebook
from service.rulebook.folder import Snapshot, snapshot
from service.settings import BadSetting, Settings, settings_from_environment

FORMS = ("text", "json", "github")


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
def demo(keep: bool) -> None:
    """Start the server, post a seller's month over HTTP, print the verdict, end."""
    from service.demo import run_demo

    sys.exit(run_demo(keep=keep))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON instead of a table.")
def evaluate(file: Path, as_json: bool) -> None:
    """Evaluate a batch (JSON) from a file, without a server."""
    from service.app import create_app
    from service.report import print_answer

    reply = create_app(settings()).test_client().post(
        "/v1/verdicts", data=file.read_bytes(), content_type="application/json"
    )  # fmt: skip
    if reply.status_code != 200 or as_json:
        click.echo(json.dumps(reply.json, indent=2, ensure_ascii=False), err=reply.status_code != 200)
    else:
        print_answer(json.loads(reply.data))
    sys.exit(0 if reply.status_code == 200 else 1)


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
