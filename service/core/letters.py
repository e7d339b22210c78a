"""What rule files say of letters: hosts, phrases and rules of notices and of appeals, each in dated editions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from service.core.chapters import Chapter
from service.core.hosts import HostBook
from service.core.phrases import Phrases, languages_of
from service.core.reading import whole

ASSESSMENTS = ("genuine", "suspicious", "impersonation", "unverified")
AGAINST = ("suspicious", "impersonation")
KINDS = (
    "deactivation", "warning", "listing_removal", "information_request", "reactivation", "permanent_closure", "other",
)  # fmt: skip
PLAN = ("root_causes", "actions_taken", "preventive_steps")
EVIDENCE = "evidence"
PARTS = (*PLAN, EVIDENCE)
REPLIES = (
    "none", "needs_more_information", "listing_mismatch", "reactivated", "reactivated_under_review", "declined",
    "final_refusal", "unrecognised",
)  # fmt: skip
VIOLATION = "violation:"
UNANSWERED = "unanswered_deactivations"


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """How notices are judged from one date on.

    Attributes:
        hosts: whose hosts are whose.
        assessments: rules over what was found; the first that holds decides.
        kinds: rules over what it says; the first that holds decides.
        opening: how many letters of a text are its opening, which says what the letter is about.
        current_for: how long a letter calls for something to be done.
        act_within: by assessment, how soon.
    """

    since: date
    hosts: HostBook
    assessments: Chapter
    kinds: Chapter
    opening: int
    current_for: timedelta
    act_within: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class AppealRules:
    """How appeals are judged from one date on.

    Attributes:
        missing: rules for what an appeal lacks; all that hold tell.
        warnings: rules for what is known to fail; all that hold tell.
        replies: rules for what a reply means; the first that holds decides.
        following: rules for what to do next; the first that holds decides.
        fitting: by subject (a metric, or `violation:<policy>`), the kinds of evidence that fit.
        grave: consequences of a violation that an appeal must speak of while it is open.
        empty_up_to: up to how many words a sentence that says nothing is not counted.
    """

    since: date
    missing: Chapter
    warnings: Chapter
    replies: Chapter
    following: Chapter
    fitting: Mapping[str, frozenset[str]]
    grave: frozenset[str]
    empty_up_to: int


@dataclass(frozen=True, slots=True)
class Language:
    """The phrases of a pack, by what they are looked for in; all its languages together.

    Attributes:
        notices: what a notice says it is, asks for and hints at.
        excepted: sentences in which asking for something is no demand.
        tentative: sentences that speak of what has not happened.
        headings: lines that head a part of an appeal.
        cues: sentences that belong to a part of an appeal.
        empty: sentences that say nothing.
        warnings: what is known to fail.
        replies: what a reply says.
        asked: what a reply asks for.
        turns: where a reply begins and ends asking.
        common: by language, the words it is known by.
        some: the phrases of some languages only, as far as they were asked for.
    """

    notices: Phrases = field(default_factory=lambda: Phrases(()))
    excepted: Phrases = field(default_factory=lambda: Phrases(()))
    tentative: Phrases = field(default_factory=lambda: Phrases(()))
    headings: Phrases = field(default_factory=lambda: Phrases(()))
    cues: Phrases = field(default_factory=lambda: Phrases(()))
    empty: Phrases = field(default_factory=lambda: Phrases(()))
    warnings: Phrases = field(default_factory=lambda: Phrases(()))
    replies: Phrases = field(default_factory=lambda: Phrases(()))
    asked: Phrases = field(default_factory=lambda: Phrases(()))
    turns: Phrases = field(default_factory=lambda: Phrases(()))
    common: Mapping[str, frozenset[str]] = field(default_factory=dict)
    some: dict[frozenset[str], "Language"] = field(init=False, default_factory=dict, compare=False, repr=False)

    def of(self, text: str) -> "Language":
        """The phrases of the languages that a text is in."""
        return self.spoken_in(whole(text))

    def spoken_in(self, ready: str) -> "Language":
        """The phrases of the languages that a text is in, which is ready to be searched."""
        spoken = languages_of(ready, self.common)
        if spoken not in self.some:
            named = {one.name: getattr(self, one.name) for one in fields(self)}
            shelves = {name: shelf.within(spoken) for name, shelf in named.items() if isinstance(shelf, Phrases)}
            self.some[spoken] = Language(**shelves, common=self.common)
        return self.some[spoken]


@dataclass(frozen=True, slots=True)
class LetterRules:
    """Everything a pack says of letters; a pack without letters says nothing."""

    notices: tuple[NoticeRules, ...] = ()
    appeals: tuple[AppealRules, ...] = ()
    language: Language = field(default_factory=Language)


def chapters_of(rules: LetterRules) -> Iterator[Chapter]:
    """Every list of rules about letters that the engine decides."""
    for notices in rules.notices:
        yield from (notices.assessments, notices.kinds)
    for appeals in rules.appeals:
        yield from (appeals.missing, appeals.warnings, appeals.replies, appeals.following)
