"""The answer as bytes: JSON, a verdict a line, or a table for spreadsheets."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import orjson

from service.api.body import JSON, NDJSON

CSV = "text/csv"
FORMS = (JSON, NDJSON, CSV)
CONTENT_TYPES = {CSV: f"{CSV}; charset=utf-8; header=present"}
COLUMNS = (
    "seller_id", "marketplace", "color", "reported", "projected", "metric", "level", "value", "counted", "total",
    "target", "window_from", "window_to", "recovers_on", "reason",
)  # fmt: skip
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
BEGINNING = re.compile(  # of an answer in each of the forms; no batch begins so
    rb'\{"as_of":"[^"]*","rulebook":|\{"seller_id":"(?:[^"\\]|\\.)*","marketplace":"[^"]*","health":|\{"summary":|'
    + ",".join(COLUMNS).encode()
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # spreadsheets read the wide ones too


def written(answer: Mapping[str, Any], form: str) -> bytes:
    """An answer in one of the forms."""
    if form == NDJSON:
        return as_lines(answer)
    return as_table(answer) if form == CSV else orjson.dumps(answer)


def is_answer(content: bytes) -> bool:
    """Whether a file holds an answer, by the bytes it begins with; an empty one may."""
    return not content or BEGINNING.match(content) is not None


def as_lines(answer: Mapping[str, Any]) -> bytes:
    """One verdict a line, and a last line with all that is none."""
    summary = {name: value for name, value in answer.items() if name != "verdicts"}
    lines = [*answer["verdicts"], {"summary": summary}]
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def as_table(answer: Mapping[str, Any]) -> bytes:
    """One row per seller and metric (RFC 4180)."""
    text = StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for verdict in answer["verdicts"]:
        table.writerows(rows(verdict))
    return text.getvalue().encode()


def rows(verdict: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The rows of one seller."""
    status = verdict["status"]
    seller = [
        verdict["seller_id"],
        verdict["marketplace"],
        verdict["health"]["color"],
        status["reported"],
        status["projected"],
    ]
    for metric in verdict["metrics"]:
        window = metric["window"]
        target = " ".join(f"{name} {value}" for name, value in metric["target"].items())
        figures = [metric[name] for name in ("metric", "level", "value", "counted", "total")]
        last = [target, window["from"], window["to"], metric["recovers_on"], metric["reason"]]
        yield [harmless(cell) for cell in (*seller, *figures, *last)]


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; a number stays one."""
    if isinstance(cell, str) and cell.startswith(FORMULA) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
