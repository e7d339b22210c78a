"""Stretches: what a counting makes of records on coming days, each for as long as it reads the same."""

from typing import NamedTuple

import numpy as np

from service.core.conditions import Looking
from service.core.countings import Counting, Turn, Window
from service.core.instants import micros
from service.core.later import NEVER
from service.core.marks import NOTHING, Marks, grouped, latest, looking, marks_of, told_apart
from service.core.moments import A_DAY, Moments, ordinals
from service.core.tables import UNKNOWN, Mask, Numbers, Table
from service.core.windows import days_of

NONE = np.zeros(0, dtype=np.int64)
NOWHERE = np.zeros(0, dtype=bool)


class Stretch(NamedTuple):
    """The marks of records, one for each stretch of days (`day` to `until`) on which a record stays the same.

    `dated` is the day of the record itself.
    """

    marks: Marks
    day: Numbers
    until: Numbers
    dated: Numbers


class Turns(NamedTuple):
    """Records that an instant to come may change, by row, once after each such instant (`after`).

    `moment` is when to read them; what they read holds on the coming days `day` to `until`, on none where another
    instant follows on the same day.
    """

    row: Numbers
    after: Numbers
    moment: Numbers
    day: Numbers
    until: Numbers


NO_TURNS = Turns(NONE, NONE, NONE, NONE, NONE)


class Reading(NamedTuple):
    """Records that an instant to come may change, which of them are looked at then, and the marks of these."""

    turns: Turns
    looked_at: Mask
    marks: Marks | None

    def of(self, meant: Mask | None) -> "Reading":
        """The same of some records of the table, or all."""
        if self.marks is None or meant is None:
            return self
        own = meant[self.turns.row]
        if np.count_nonzero(own) == len(own):
            return self
        marks = self.marks.where(meant[self.marks.row])
        return Reading(Turns(*(column[own] for column in self.turns)), self.looked_at[own], marks)


def stretches(counting: Counting, meant: Mask | None, moments: Moments, today: Marks | None) -> Stretch:
    """What becomes of records that are ever in the total.

    Args:
        counting: what is counted.
        meant: which records of its table; all of them where None.
        moments: on which days.
        today: the marks of today, where the same edition will be in force; only what may change is read anew.
    """
    records = moments.related.tables[counting.of]
    if today is None:
        base = marks_on_first(counting, meant, moments)
    else:
        base = today if meant is None else today.where(meant[today.row])
    found = reading(counting, moments, today or base, shared=today is not None).of(meant)
    marks, day, until = base, np.full(len(base.row), moments.first), until_turned(base.row, found.turns, moments)
    if found.marks is not None:
        marks = together(counting, records, base, found.marks)
        day = np.concatenate([day, found.turns.day[found.looked_at]])
        until = np.concatenate([until, found.turns.until[found.looked_at]])
    held = marks.in_total & (day <= until)
    marks = marks.where(held)
    return Stretch(marks, day[held], until[held], ordinals(marks.at, moments.zone))


def reading(counting: Counting, moments: Moments, base: Marks | None, *, shared: bool) -> Reading:
    """What becomes of all records that an instant to come may change.

    Args:
        counting: what is counted.
        moments: on which days.
        base: where only the latest records count, the marks that are theirs.
        shared: whether others that ask for the same days have the same base.
    """
    if counting.latest_per and not shared:
        return read_anew(counting, moments, base)
    key = (id(counting), moments.first, moments.last, bool(moments.later))
    if key not in moments.memory:
        moments.memory[key] = read_anew(counting, moments, base)
    found: Reading = moments.memory[key]
    return found


def read_anew(counting: Counting, moments: Moments, base: Marks | None) -> Reading:
    """Reads the records that turn."""
    found = turns(counting, moments, base)
    if not len(found.row):
        return Reading(found, NOWHERE, None)
    records = moments.related.tables[counting.of].take(found.row)
    return Reading(found, *marks_at(counting, records, found.moment, moments))


def turns(counting: Counting, moments: Moments, base: Marks | None) -> Turns:
    """When which records are to be read anew; where only the latest counts, those of the base alone."""
    now, records = moments.related.now, moments.related.tables[counting.of]
    of_base = None
    if counting.latest_per and base is not None:
        of_base = np.isin(np.arange(records.height), base.row)
    row, after, moment = [NONE], [NONE], [NONE]
    for instant in turning_points(counting, records, moments):
        later = instant >= now
        ahead = (later if of_base is None else later & of_base).nonzero()[0]
        if not len(ahead):
            continue
        passed = instant[ahead]
        exactly = (passed - now) % A_DAY == 0  # a day may begin at that very instant
        row += [ahead, ahead[exactly]]
        after += [passed, passed[exactly]]
        moment += [passed + 1, passed[exactly]]
    if len(row) == 1:
        return NO_TURNS
    found, passed, read_at = (np.concatenate(each) for each in (row, after, moment))
    day = np.maximum(-((now - read_at) // A_DAY), moments.first)
    order = np.lexsort((read_at, found))
    order = order[day[order] <= moments.last]
    found, day = found[order], day[order]
    until = np.full(len(found), moments.last)
    follows = (found[1:] == found[:-1]).nonzero()[0]
    until[follows] = day[follows + 1] - 1
    return Turns(found, passed[order], read_at[order], day, until)


def until_turned(rows: Numbers, found: Turns, moments: Moments) -> Numbers:
    """Until which day some records stay as they are."""
    if not len(found.row):
        return np.full(len(rows), moments.last)
    until = np.full(max(int(rows.max(initial=0)), int(found.row[-1])) + 1, moments.last)
    until[found.row[::-1]] = found.day[::-1] - 1  # the first of each record
    held: Numbers = until[rows]
    return held


def marks_on_first(counting: Counting, meant: Mask | None, moments: Moments) -> Marks:
    """The marks of records as they read on the first of the days."""
    related = moments.related
    records = related.tables[counting.of]
    tomorrow = moments.date(moments.first)
    ever = min(days_of(window, tomorrow, moments.zone).start for window in counting.longest)
    dated = records.numbers(counting.by) >= ever
    own = (dated if meant is None else dated & meant).nonzero()[0]
    if counting.latest_per:
        own = own[looking(counting, related).among(records.take(own)).meet(counting.only)]
        own = latest(counting, records, own)
    moment = np.full(len(own), related.now + moments.first * A_DAY)
    return marks_at(counting, records.take(own), moment, moments)[1]


def marks_at(counting: Counting, records: Table, moment: Numbers, moments: Moments) -> tuple[Mask, Marks]:
    """Which of some records are looked at, each at an instant of its own, and their marks."""
    if counting.of in moments.later:
        records = moments.later[counting.of].at(records, moment)
    look = looking(counting, moments.related).later_on(moments.later).among(records, moment)
    looked_at = look.meet(counting.only)
    rows = looked_at.nonzero()[0]
    return looked_at, marks_of(counting, look, rows, records.numbers("row")[rows], len(moments.related.sellers))


def turning_points(counting: Counting, records: Table, moments: Moments) -> list[Numbers]:
    """The instants at which some records may turn, for each of them, `UNKNOWN` where there is none."""
    look = looking(counting, moments.related).later_on(moments.later).among(records)
    points = [turning_point(turn, look) for turn in counting.turning]
    if counting.of in moments.later:
        since = moments.later[counting.of].since[records.numbers("row")]
        points.append(np.where(since == NEVER, UNKNOWN, since))
    return [*points, *(instant for each in counting.beside for instant in look.turning(each))]


def turning_point(turn: Turn, look: Looking) -> Numbers:
    """The instants at which tests may turn, record by record."""
    instant = look.instants(turn.instant)
    return np.where(instant == UNKNOWN, UNKNOWN, instant + micros(turn.after))


def together(counting: Counting, records: Table, *several: Marks) -> Marks:
    """The marks of readings of one table as one; groups and values that differ are told apart anew."""
    row = np.concatenate([each.row for each in several])
    weighed = counting.weigh or counting.average
    group, groups = grouped(records.take(row), counting.group_by) if counting.group_by else (None, ())
    also = []
    for place, one in enumerate(counting.also):
        values = np.concatenate([each.also[place] for each in several])
        also.append(told_apart(one.distinct, records.take(row), values != NOTHING) if one.distinct else values)
    return Marks(
        row=row,
        seller=np.concatenate([each.seller for each in several]),
        at=np.concatenate([each.at for each in several]),
        fate=np.concatenate([each.fate for each in several]),
        stays=several[0].stays,
        weight=np.concatenate([np.asarray(each.weight) for each in several]) if weighed else None,
        parts=tuple(np.concatenate(parts) for parts in zip(*(each.parts for each in several), strict=True)),
        group=group,
        groups=groups,
        also=tuple(also),
        sellers=several[0].sellers,
    )


def within(stretch: Stretch, window: Window, moments: Moments) -> tuple[Numbers, Numbers]:
    """From which day on the records of a stretch lie within a window, and from which they do no longer."""
    enters = np.maximum(stretch.day, moments.places(stretch.dated, window.lag, side="left"))
    leaves = np.minimum(stretch.until + 1, moments.places(stretch.dated, window.lag + window.days - 1, side="right"))
    return enters, leaves
