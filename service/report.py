"""An answer as a person reads it in a terminal."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from click import ClickException
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

COLORS = {"breach": "bold red", "watch": "yellow", "good": "green", "insufficient_data": "dim"}
HEALTH_COLORS = {"red": "bold red", "yellow": "yellow", "green": "green", "unknown": "dim"}
NAMED_RECORDS = 3
WIDTH = 80
SIGNS = {"breach": "✗", "watch": "!", "good": "✓", "insufficient_data": "–"}


class NotUsable(ClickException):
    """What a person typed cannot be meant; the message says why."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def reason_of(error: OSError) -> str:
    """Why a file cannot be read or written; one without a name is standard output."""
    return printable(f"{error.filename or 'standard output'}: {error.strerror}")


def console_of(*, stderr: bool = False) -> Console:
    """A console that prints words as they are: a caller's text is neither an emoji nor markup."""
    console = Console(stderr=stderr, emoji=False, highlight=False, markup=False)
    if console.width < 1:  # a terminal that does not say how wide it is
        console.width = WIDTH
    return console


def answer_text(answer: dict[str, Any]) -> str:
    """Every verdict of an answer as standard output shows it."""
    console = console_of()
    with console.capture() as captured:
        if not answer["verdicts"]:
            console.print("No record names a seller: there is nobody to judge.")
        for verdict in answer["verdicts"]:
            print_verdict(verdict, answer["as_of"], console)
        for warning in answer["warnings"]:
            told = ", ".join(f"{name} {printable(str(value))}" for name, value in warning.items())
            console.print(f"warning: {told}", style="dim")
    return captured.get()


def print_problem(problem: dict[str, Any], *, as_json: bool) -> None:
    """Prints to standard error why there is no answer: a line per fault that begins with its place in a file."""
    if as_json:
        console_of(stderr=True).out(json.dumps(problem, ensure_ascii=False))
        return
    place = [problem["source"]] if "source" in problem else []
    print_faults(problem.get("errors", ()), ": ".join([*place, problem["title"], problem["detail"]]))


def print_rejected(answer: dict[str, Any]) -> None:
    """Prints to standard error which records were left out, and why, where there are any."""
    if count := sum(answer["errors_total"].values()):
        what = "fault" if count == 1 else "faults"
        print_faults(answer["rejected"], f"Skipped: {count} {what}; the records at fault are left out.")


def print_faults(faults: Iterable[dict[str, Any]], last: str) -> None:
    """Prints a line per fault to standard error, and a last line."""
    console = console_of(stderr=True)
    for fault in faults:
        place = [str(fault[name]) for name in ("source", "line", "column") if name in fault]
        told = ": ".join(filter(None, [":".join(place), fault["pointer"], fault["detail"]]))
        console.out(f"{printable(told)} [{fault['code']}]")
    console.out(printable(last))


def print_verdict(verdict: dict[str, Any], as_of: str, console: Console) -> None:
    """Prints one seller's metrics, reasons and actions."""
    health, status = verdict["health"], verdict["status"]
    console.print()
    heading = f"Seller {printable(verdict['seller_id'])} on {verdict['marketplace']}, as of {as_of}"
    console.print(heading, style="bold")
    console.print(f"Health: {health['color']}. {health['reasons'][0]['text']}", style=HEALTH_COLORS[health["color"]])
    said = f" Reported: {status['reported']}." if status["reported"] else ""
    console.print(f"Heading for: {status['projected']}. {status['reasons'][0]['text']}{said}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", "Metric", "Value", "Why"):
        table.add_column(name, justify="right" if name == "Value" else "left")
    for metric in verdict["metrics"]:
        style = COLORS[metric["level"]]
        why = " ".join([metric["reason"], *outlook(metric)])
        table.add_row(SIGNS[metric["level"]], metric["title"], shown_value(metric), why, style=style)
    console.print(Padding(table, (1, 0, 0, 2)))
    if verdict["actions"]:
        console.print("\nWhat to do", style="bold")
    for number, action in enumerate(verdict["actions"], 1):
        line = Text(f"{number}. {action['text']}{shown_records(action)}")
        console.print(Padding(line, (0, 0, 0, 2)))
    titles = {metric["metric"]: metric["title"] for metric in verdict["metrics"]}
    print_lines("What turns if nobody acts", exposed(verdict["exposure"], titles), console)
    print_lines("Letters", letters(verdict), console)
    print_lines("The account", account(verdict), console)


def print_lines(heading: str, lines: Iterable[str], console: Console) -> None:
    """Prints some lines below a heading, where there are any."""
    told = [Padding(Text(line), (0, 0, 0, 2)) for line in lines]
    if told:
        console.print(f"\n{heading}", style="bold")
        console.print(*told, sep="\n")


def exposed(exposure: dict[str, Any], titles: dict[str, str]) -> Iterator[str]:
    """What is open, metric by metric, and which would be in breach first."""
    for one in exposure["metrics"]:
        breach = f", in breach on {one['breaches_on']}" if one["breaches_on"] else ""
        name = titles.get(one["metric"], one["metric"])
        yield f"{name}: {one['open']} open, the first until {one['first_at']}{breach}."


def letters(verdict: dict[str, Any]) -> Iterator[str]:
    """How letters are judged, and what appeals lack."""
    for notice in verdict["notices"]:
        judged = f"{notice['assessment']}, {notice['kind']}"
        yield f"{printable(notice['notice_id'])}: {judged}. {notice['reasons'][0]['text']}"
    for appeal in verdict["appeals"]:
        lacks = f" It lacks: {', '.join(appeal['missing'])}." if appeal["missing"] else ""
        yield f"{printable(appeal['appeal_id'])}: {appeal['readiness']}, reply: {appeal['reply']['class']}.{lacks}"


def account(verdict: dict[str, Any]) -> Iterator[str]:
    """Money held back, related accounts, applications."""
    yield from (reason["text"] for reason in verdict["funds"]["reasons"])
    yield from (f"In reserve: {one['amount']} {one['currency']}." for one in verdict["funds"]["reserve"])
    for one in verdict["related"]:
        by = ", ".join(one["shared"]) or f"through {printable(one['through'])}"
        yield f"Related: {printable(one['seller_id'])} ({by}), {one['status'] or 'status not known'}."
    for one in verdict["applications"]:
        yield f"{printable(one['application_id'])}: {one['assessment']}. {one['reasons'][0]['text']}"


def shown_records(action: dict[str, Any]) -> str:
    """The first records of an action, and by when it is due."""
    first = ", ".join(map(printable, action["records"][:NAMED_RECORDS]))
    ids = first + (" …" if action["records_total"] > NAMED_RECORDS else "")
    due = f" Due {action['due_at']}." if action["due_at"] else ""
    return (f" Records: {ids}." if ids else "") + due


def outlook(metric: dict[str, Any]) -> Iterator[str]:
    """What a metric has beside its reason: what the marketplace says, when a breach ends, what excuses make of it."""
    if reported := metric["reported"]:
        figure = "no figure" if reported["value"] is None else shown_value({**metric, "value": reported["value"]})
        yield f"Reported: {figure}{', ' + reported['status'] if reported['status'] else ''}."
    if metric["recovers_on"]:
        yield f"The breach ends on {metric['recovers_on']} if nothing more happens."
    if mitigated := metric["mitigated"]:
        excused = mitigated["records_total"]
        yield f"If {excused} {'excuse is' if excused == 1 else 'excuses are'} accepted: {mitigated['level']}."


def printable(text: str) -> str:
    """A caller's word without anything a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)


def shown_value(metric: dict[str, Any]) -> str:
    """A figure in the unit of its metric."""
    if metric["value"] is None:
        return "–"
    return f"{metric['value']:.2%}" if metric["unit"] == "share" else str(metric["value"])
