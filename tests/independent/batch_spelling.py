"""Spell canonical records as JSON in the many ways CONTRACT §1 allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]
OFFSETS = [330, -480, 60, 345, 840, -720, -210, 0]
ALIAS = {"amazon.com": "ATVPDKIKX0DER", "amazon.co.uk": "A1F83G8C2ARO7P", "amazon.de": "A1PA6795UKMFR9"}


def clock_text(moment: datetime, rng: Random) -> str:
    """Date and time without offset; seconds and fraction only where needed, or now and then anyway."""
    text = moment.strftime("%Y-%m-%dT%H:%M")
    if moment.second or moment.microsecond or rng.random() < 0.8:
        text += moment.strftime(":%S")
        if moment.microsecond:
            digits = f"{moment.microsecond:06d}"
            text += "." + (digits[:3] if digits.endswith("000") and rng.random() < 0.5 else digits)
        elif rng.random() < 0.05:
            text += ".000000"
    return text


def naive_text(moment: datetime, zone: str, rng: Random) -> str | None:
    """The moment without offset, or as a bare date, where the zone reads it back to the same instant."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    readings = {local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)}
    if readings != {moment}:
        return None
    if local.time() == datetime.min.time() and rng.random() < 0.5:
        return local.date().isoformat()
    return clock_text(local, rng)


def offset_text(moment: datetime, rng: Random) -> str:
    """The moment with Z or another offset."""
    if rng.random() < 0.6:
        return clock_text(moment, rng) + "Z"
    minutes = rng.choice(OFFSETS)
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    return clock_text(local, rng) + f"{sign}{size // 60:02d}:{size % 60:02d}"


def spell_as_of(moment: datetime, rng: Random) -> str:
    """RFC 3339 proper: with seconds, T and an offset."""
    minutes = rng.choice(OFFSETS) if rng.random() < 0.4 else 0
    text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    return text.replace("+00:00", "Z")


def spell_moment(moment: datetime, zone: str | None, rng: Random) -> str:
    """One timestamp."""
    text = None
    if zone is not None and rng.random() < 0.4:
        text = naive_text(moment, zone, rng)
    text = text or offset_text(moment, rng)
    return text.replace("T", " ") if rng.random() < 0.1 else text


def spell_id(value: str, rng: Random) -> Any:
    """An id as text, as an integer where it looks like one, or with blanks around it."""
    if value.isascii() and value.isdigit() and str(int(value)) == value and rng.random() < 0.5:
        return int(value)
    return f" {value} " if rng.random() < 0.03 else value


def spell_value(field: str, value: Any, zone: str | None, rng: Random) -> Any:
    """One known value."""
    if isinstance(value, datetime):
        return spell_moment(value, zone, rng)
    if isinstance(value, bool):
        return ("true" if value else "false") if rng.random() < 0.3 else value
    if isinstance(value, int):
        return str(value) if rng.random() < 0.3 else value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [spell(entry, zone, rng) for entry in value]
    if field == "marketplace":
        return ALIAS[value] if rng.random() < 0.3 else value
    if field.endswith("_id"):
        return spell_id(value, rng)
    return value


def spell(record: Record, zone: str | None, rng: Random) -> Record:
    """A record as JSON; not known is absent, null or the empty string, fields in any order."""
    spelled: Record = {}
    for field, value in sorted(record.items(), key=lambda item: rng.random()):
        if value is not None:
            spelled[field] = spell_value(field, value, zone, rng)
            continue
        way = rng.randrange(3)
        if way:
            spelled[field] = None if way == 1 or field == "programs" else ""
    return spelled


def drop_defaults(record: Record, batch: Record, rng: Random) -> Record:
    """The record without what the batch's defaults say."""
    kept = dict(record)
    for field in ("seller_id", "marketplace"):
        if batch.get(field) == kept[field] and rng.random() < 0.8:
            kept[field] = None
    return kept


def spell_batch(draft: Record, rng: Random, respell: bool) -> Record:
    """The draft {as_of, timezone, seller_id, marketplace, tables} as the body of POST /v1/verdicts."""
    zone = draft["timezone"]
    body: Record = {"as_of": spell_as_of(draft["as_of"], rng)}
    for field in ("seller_id", "marketplace"):
        if draft.get(field) is not None:
            body[field] = spell_value(field, draft[field], zone, rng)
    if zone is not None:
        body["timezone"] = zone
    for table, records in draft["tables"].items():
        rows = [spell(drop_defaults(record, draft, rng), zone, rng) for record in records]
        for index in [i for i in range(len(rows)) if rng.random() < 0.02]:
            again = spell(records[index], zone, rng) if respell else dict(rows[index])
            rows.append(again)
        rng.shuffle(rows)
        body[table] = rows
    return body
