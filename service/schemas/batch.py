"""What stands beside the tables of a batch, and the query of a call."""

from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import RAISE, Schema

from service.schemas.scalars import Choice, Id, Integer, Scalar, Timestamp, Wording
from service.schemas.shapes import Shape

LEVELS = ("good", "insufficient_data", "watch", "breach")
EVIDENCE_MOST = 1000
EVIDENCE_DEFAULT = 20


class Zone(Scalar):
    """A time zone by its IANA name."""

    code = "unknown_time_zone"
    wants = "an IANA time zone such as America/New_York"

    def read(self, text: str) -> ZoneInfo | Wording:
        return ZoneInfo(text) if text in zone_names() else self.unfit


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name but the machine's own and the one for no zone; finding them walks a folder."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


class QuestionTime(Timestamp):
    """The instant of a question; a year on either side must still be a date."""

    earliest: ClassVar[datetime] = datetime(1900, 1, 1, tzinfo=UTC)
    latest: ClassVar[datetime] = datetime(3000, 1, 1, tzinfo=UTC)

    def read(self, text: str) -> datetime | Wording:
        moment = super().read(text)
        if isinstance(moment, datetime) and not self.earliest <= moment < self.latest:
            return Wording("out_of_range", f"Expected an instant of the years {self.years()}.")
        return moment

    @classmethod
    def years(cls) -> str:
        """The years one may ask for, in words."""
        return f"{cls.earliest.year} to {cls.latest.year - 1}"


class Top(Shape):
    """The instant of the question, and the defaults of records that carry none."""

    as_of = QuestionTime()
    marketplace = Id()
    seller_id = Id()
    timezone = Zone()

    @classmethod
    def names(cls) -> frozenset[str]:
        """The keys that stand beside the tables."""
        return frozenset(cls._declared_fields)


class Query(Schema):
    """The query of `POST /v1/verdicts`."""

    class Meta:
        unknown = RAISE

    error_messages: dict[str, Any] = {"unknown": Wording("unknown_parameter", "No such parameter.")}

    on_invalid = Choice("reject", "skip", load_default="reject")
    evidence = Integer(0, EVIDENCE_MOST, load_default=EVIDENCE_DEFAULT)
    at_least = Choice(*LEVELS, load_default=None)
