"""The worked tour of rules/README.md, replayed step by step: what it tells a specialist to write works as written."""

import re
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.app import load
from service.casebook.run import run_folder
from service.rulebook.folder import snapshot
from tests.conftest import RULES

STEP = re.compile(r"<!-- step: (?P<how>[^>]*?) -->\s*```yaml\n(?P<text>.*?)```", re.DOTALL)
CHAPTERS = {
    "Change a threshold": "cancellation_rate",
    "Add a metric": "unshipped_refund_rate",
    "Add a marketplace": "late_shipment_rate",
    "Add an excuse": "late_shipment_rate",
    "Add a language": "polish",
    "Add a column or a word of a report": "",
}
SHARED = {"defaults", "stories"}


@dataclass(frozen=True)
class Step:
    """One thing the tour says to write: how it goes in, into which file, and the text."""

    how: str
    file: str
    text: str

    def apply(self, folder: Path) -> None:
        """Does what the step says."""
        path = folder / self.file
        if self.how == "new file":
            path.write_text(self.text, encoding="utf-8")
            return
        place, _, mark = self.how.rstrip('"').partition(' "')
        whole = path.read_text(encoding="utf-8")
        line = re.search(rf"^{re.escape(mark)}[^\n]*\n", whole, re.MULTILINE)
        assert line, f"{self.file} has no line that begins {mark!r}"
        kept = (
            [whole[: line.end()], self.text, whole[line.end() :]]
            if place == "after"
            else [whole[: line.start()], self.text]
        )
        path.write_text("".join(kept), encoding="utf-8")


def steps(chapter: str) -> list[Step]:
    """The steps of one chapter of the tour."""
    text = (RULES / "README.md").read_text(encoding="utf-8")
    told = next(part for part in re.split(r"^## ", text, flags=re.MULTILINE) if part.startswith(chapter))
    return [step(found["how"], found["text"]) for found in STEP.finditer(textwrap.dedent(told))]


def step(how: str, text: str) -> Step:
    """One step from the words of the tour: `after "line" in file`, `instead of everything from …`, `new file …`."""
    if how.startswith("new file "):
        return Step("new file", how.removeprefix("new file "), unindented(text))
    told, _, file = how.rpartition(" in ")
    return Step(told.replace("instead of everything from", "instead"), file, unindented(text))


def unindented(text: str) -> str:
    """The text of a block that stands under a numbered item."""
    return "".join(line.removeprefix("   ") for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_step_of_a_chapter_works(chapter: str, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    told = steps(chapter)
    assert len(told) >= 2
    for each in told:
        each.apply(folder)
    loaded = load(snapshot(folder))
    loaded.engine.close()
    for cases in (folder / "amazon/cases").glob("*.yaml"):
        if cases.stem not in {CHAPTERS[chapter], *SHARED}:
            cases.unlink()  # the others run elsewhere
    report = run_folder(folder / "amazon")
    assert not report.faults
    assert not [f"{result.case.sentence}: {result.differences}" for result in report.failed]
    new = ("2027", "unshipped_refund", ".cl", "asked_to_cancel", "handed", "/pl.")
    assert not [point for point in report.uncovered if any(word in str(point) for word in new)]


def test_the_tour_tells_steps_in_every_chapter() -> None:
    text = (RULES / "README.md").read_text(encoding="utf-8")
    assert sum(len(steps(chapter)) for chapter in CHAPTERS) == text.count("<!-- step:")
