"""Files, each for one table → a call. Finds out how each is written and hands it to its reader."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from service.intake.beside import read_beside
from service.intake.decoding import Undecodable, decoded
from service.intake.decompress import Corrupt, unpacked
from service.intake.delimited import read_delimited
from service.intake.join import assembled
from service.intake.json_body import MalformedBody, given_table, opens_list, scan
from service.intake.kinds import KINDS, TYPED, compression, marked
from service.intake.ndjson import read_ndjson, read_table_lines
from service.intake.parts import Part, Unreadable
from service.intake.tables import Call, Given, Limits, Placed, Report, TooManyRecords
from service.intake.typed_file import places_of, read_typed
from service.schemas.batch import zone_names
from service.schemas.records import TABLES

Warnings = list[Mapping[str, Any]]
REPORT = "amazon_report"  # a part of any kind and any number


def read_files(
    beside: Sequence[Part],
    files: Iterable[Part],
    limits: Limits,
    top: Mapping[str, Any] | None = None,
) -> Call:
    """The call that some files make.

    Args:
        beside: at most one part that says what stands beside the tables.
        files: the others, each read before the next is asked for.
        limits: how much they may hold together.
        top: what stands beside the tables, over what the parts say.

    Raises:
        TooManyRecords, TooLarge: the files hold more than the limits.
    """
    first, faults = read_first(beside, limits)
    first = replace(first, top={**first.top, **(top or {})})
    zone = first.top.get("timezone")
    of_table = partial(read_file, zone=zone if zone in zone_names() else None)
    several: list[Given] = []
    strangers, warnings = set(first.strangers), Warnings()
    reports: list[Report] = []
    misread = bool(faults)  # what stands beside the tables is not known, so no record can be judged
    for part in files:
        if part.table not in (*TABLES, REPORT):
            strangers.add(part.table)
            continue
        try:
            if part.table == REPORT and not misread:
                reports.append(report_of(part, limits))
            elif part.table != REPORT:
                several += of_table(opened(part, limits, warnings), limits)
        except Unreadable as error:
            faults += error.faults
        if sum(given.height for given in several) > limits.records:
            raise TooManyRecords
    call = assembled(first, [] if misread else several, faults)
    return replace(call, strangers=tuple(sorted(strangers)), warnings=tuple(warnings), reports=tuple(reports))


def report_of(part: Part, limits: Limits) -> Report:
    """A marketplace's own report, which is recognised by what is in it."""
    with understood(part):
        return Report(part.source, unpacked(part.text, compression(part.encoding, part.text), limits))


def read_first(beside: Sequence[Part], limits: Limits) -> tuple[Call, list[Placed]]:
    """What stands beside the tables, and what is wrong with the part that says so."""
    detail = "Only one part may say what stands beside the tables."
    faults = [part.fault("repeated_batch", detail) for part in beside[1:]]
    try:
        for part in beside[:1]:
            plain = opened(part if part.kind == "ndjson" else part._replace(kind="json"), limits, [])
            with understood(plain):
                if plain.kind == "ndjson":
                    return read_ndjson(plain.text, limits, plain.source), faults
                return read_beside(plain.text, limits), faults
    except Unreadable as error:
        faults += error.faults
    return Call({}, {}), faults


def opened(part: Part, limits: Limits, warnings: Warnings) -> Part:
    """The same part, its content decompressed and, where it is a text, in UTF-8.

    Raises:
        Unreadable: the content is not what it is said to be.
        TooLarge: it holds more than the limits.
    """
    with understood(part):
        if part.encoding:
            part = part._replace(content=unpacked(part.text, part.encoding, limits))
        require_kind(part)
        if part.kind in TYPED:
            return part
        text, guessed = decoded(part.text)
    if guessed:
        warnings.append({"code": "decoded_as", "table": part.table, "source": part.source, "encoding": guessed})
    return part._replace(content=text)


def require_kind(part: Part) -> None:
    """Refuses a file that nothing says how to read, or that begins like another kind than it is said to be."""
    if part.kind not in KINDS:
        raise Unreadable([part.fault("unknown_format", f"Expected a type or file name of: {', '.join(KINDS)}.")])
    if (found := marked(part.content)) not in (None, part.kind):
        raise Unreadable([part.fault("unreadable_file", f"The file is declared {part.kind}, but it is {found}.")])


@contextmanager
def understood(part: Part) -> Iterator[None]:
    """Turns what the readers of bytes complain of into faults of the file."""
    try:
        yield
    except MalformedBody as error:
        reason = error.reason.replace("body", "file")
        raise Unreadable([part.fault("not_json", reason, error.line, error.column)]) from None
    except Undecodable as error:
        raise Unreadable([part.fault("undecodable", error.detail, error.line)]) from None
    except Corrupt as error:
        raise Unreadable([part.fault("corrupt", str(error))]) from None


def read_file(part: Part, limits: Limits, zone: str | None) -> list[Given]:
    """What one file tells of its table."""
    with understood(part):
        match part.kind:
            case "csv" | "tsv":
                return [read_delimited(part, part.text, limits)]
            case "ndjson":
                return [read_table_lines(part.table, part.text, part.source, limits)]
            case "json":
                return [read_list(part, limits)]
        return [read_typed(part, limits, zone)]


def read_list(part: Part, limits: Limits) -> Given:
    """The table a file of one JSON list holds."""
    raw = scan(part.text, part.text, msgspec.Raw)
    if not opens_list(raw):
        raise Unreadable([part.fault("invalid_list", "Expected a list of records.", 1, 1)])
    records = scan(part.text, part.text, list[msgspec.Raw])
    if len(records) > limits.records:
        raise TooManyRecords
    return replace(given_table(part.table, records, limits.nesting), locate=partial(places_of, part.source))
