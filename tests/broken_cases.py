"""Cases of broken rules: one file each in `broken/`, the small sound pack they break in `packs/minimal/`.

A case is named after what is wrong and begins with comments. They are part of the file, so lines count as an editor
shows them:

    # replaces: metrics/late_rate.yaml
    # fault: 12:7 unknown key 'titel'; did you mean 'title'?
    # fault: health.yaml:5:29 unknown fact

`replaces` names the file of the pack the case stands in for, or is added as; `removes` names one that is taken away,
`without` one beside the case that is.
Each `fault` is line, column and a part of the text, with a file in front where it is not the case itself. The pack
with the case in it must lead to exactly these faults.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.app import load
from service.core.errors import BrokenRulebook, RuleFault
from service.rulebook.folder import Snapshot, snapshot

HERE = Path(__file__).resolve().parent
BROKEN = HERE / "broken"
PACK = "minimal"
HEAD = re.compile(r"# (?P<verb>replaces|removes): (?P<file>\S+)")
WITHOUT = re.compile(rb"^# without: (\S+)$", re.MULTILINE)
FAULT = re.compile(r"# fault: (?:(?P<file>\S+\.yaml):)?(?P<line>\d+):(?P<column>\d+) (?P<text>\S.*)")


@dataclass(frozen=True, slots=True)
class Case:
    """One broken file: where it stands in the pack, whether it is there at all, and what must be found."""

    file: str
    removed: bool
    text: bytes
    faults: tuple[RuleFault, ...]

    def files(self, sound: Snapshot) -> Mapping[str, bytes]:
        """The sound files with this case among them."""
        gone = {self.file, *(f"{PACK}/{name.decode()}" for name in WITHOUT.findall(self.text))}
        others = {name: text for name, text in sound.items() if name not in gone}
        return others if self.removed else {**others, self.file: self.text}


def sound_pack() -> Snapshot:
    """The files of the pack that cases break."""
    return snapshot(HERE / "packs")


def case(path: Path) -> Case:
    """Reads one case."""
    text = path.read_bytes()
    lines = text.decode().splitlines()
    head = HEAD.fullmatch(lines[0])
    assert head, f"{path.name} must begin with '# replaces: <file>' or '# removes: <file>'"
    said = [FAULT.fullmatch(line) for line in lines if line.startswith("# fault")]
    assert said, f"{path.name} must say '# fault: <line>:<column> <text>'"
    assert all(said), f"{path.name} has a '# fault' that is not '<line>:<column> <text>'"
    own = head["file"]
    faults = [
        RuleFault(f"{PACK}/{found['file'] or own}", int(found["line"]), int(found["column"]), found["text"])
        for found in said
        if found
    ]
    return Case(f"{PACK}/{own}", head["verb"] == "removes", text, tuple(sorted(faults)))


def faults_of(files: Snapshot) -> list[RuleFault]:
    """Every fault of some rule files, those of their examples too; none where they are sound."""
    try:
        load(files).engine.close()
    except BrokenRulebook as broken:
        return broken.faults
    return []


def unlike(found: list[RuleFault], expected: tuple[RuleFault, ...]) -> bool:
    """Whether other faults were found than expected, in another number or elsewhere."""
    return len(found) != len(expected) or any(
        (one.file, one.line, one.column) != (other.file, other.line, other.column) or other.detail not in one.detail
        for one, other in zip(found, expected, strict=True)
    )
