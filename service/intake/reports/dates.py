"""Dates as reports write them → the timestamps of the wire."""

from zoneinfo import ZoneInfo

import polars as pl

from service.core.date_forms import pattern_of
from service.core.mappings import Dates
from service.schemas.scalars import CLOCK as TIME
from service.schemas.scalars import DATE, OFFSET

WIRE = rf"{DATE}T{TIME}{OFFSET}"  # as it would be written here
CENTURY = "20"
CLOCK = ("hour", "minute", "second")
HALF_DAY = 12


def timestamps(texts: pl.Series, dates: Dates, marketplace: str | None, zone: ZoneInfo | None) -> pl.Series:
    """The timestamps of known texts; a text that fits no form is left as it is, to be refused where it stands.

    A report writes its dates in one form, so that which reads most of them is believed first.

    Args:
        texts: dates as a report has them, null where not known.
        dates: the forms to try.
        marketplace: whose own forms come first.
        zone: the zone of the batch, which reads dates without offset; that of the mapping where None.
    """
    if texts.str.contains(f"^(?:{WIRE})$").all():
        return texts.str.replace(r"\+00:00$", "Z")
    tried = []
    for form in dates.at(marketplace):
        read = in_form(texts, form, dates, zone)
        if read.null_count() == texts.null_count():
            return read
        tried.append(read)
    best_first = sorted(tried, key=pl.Series.null_count)
    return pl.select(pl.coalesce(*best_first, texts).alias(texts.name)).to_series()


def in_form(texts: pl.Series, form: str, dates: Dates, zone: ZoneInfo | None) -> pl.Series:
    """The timestamps of the texts that fit one form, null for the others."""
    pattern = pattern_of(form)
    found = pl.DataFrame({"text": texts}).select(pl.col("text").str.extract_groups(pattern)).unnest("text")
    local = local_time(found.columns, dates, spelled="MMM" in form)
    offset = offset_of(dates) if "zone" in found.columns else pl.lit(None, dtype=pl.String)
    zoned = local if zone else in_utc(local, dates.zone)
    mark = "" if zone else "Z"
    read = pl.when(offset.is_null()).then(written(zoned) + mark).otherwise(written(local) + offset)
    if "zone" in found.columns:
        read = pl.when(pl.col("zone").is_null() | offset.is_not_null()).then(read)
    return found.select(read.alias("read"))["read"]


def local_time(parts: list[str], dates: Dates, *, spelled: bool) -> pl.Expr:
    """The date and clock of the parts found, without a zone; null where there is no such day."""
    year, month = pl.col("year"), pl.col("month")
    year = pl.when(year.str.len_bytes() == len("YY")).then(CENTURY + year).otherwise(year)
    if spelled:
        month = month.str.to_lowercase().replace_strict(dict(dates.months), default=None, return_dtype=pl.String)
    clock = [pl.col(name).fill_null("00").str.zfill(2) if name in parts else pl.lit("00") for name in CLOCK]
    fraction = pl.concat_str(pl.lit("."), pl.col("fraction").str.slice(0, 6)) if "fraction" in parts else pl.lit("")
    day = pl.concat_str(year, month.str.zfill(2), pl.col("day").str.zfill(2), separator="-")
    text = pl.concat_str(day, pl.lit("T"), pl.concat_str(*clock, separator=":"), fraction.fill_null(""))
    local = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    if "half" not in parts:
        return local
    afternoon, noon = pl.col("half").str.to_lowercase() == "p", local.dt.hour() == HALF_DAY
    hours = pl.when(afternoon & ~noon).then(HALF_DAY).when(~afternoon & noon).then(-HALF_DAY).otherwise(0)
    return local + pl.duration(hours=hours.fill_null(0))


def offset_of(dates: Dates) -> pl.Expr:
    """The offset a text names, in the form of the wire; null where it names none, or one nobody knows."""
    zone = pl.col("zone").str.strip_chars("()")
    numbered = zone.str.replace(r"^([+-][0-9]{2})$", "${1}:00").str.replace(r"^([+-][0-9]{2})([0-9]{2})$", "${1}:${2}")
    named = zone.replace_strict({"Z": "Z", **dates.zones}, default=None, return_dtype=pl.String)
    return pl.when(numbered.str.contains(r"^[+-]")).then(numbered).otherwise(named)


def in_utc(local: pl.Expr, zone: str) -> pl.Expr:
    """A time of a zone in UTC; of two such times (when clocks go back) the first, of none none."""
    if zone == "UTC":
        return local
    at_home = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return at_home.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def written(moment: pl.Expr) -> pl.Expr:
    """A time as the wire has it, without an offset."""
    whole, exact = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.6f"
    return pl.when(moment.dt.microsecond() == 0).then(moment.dt.strftime(whole)).otherwise(moment.dt.strftime(exact))
