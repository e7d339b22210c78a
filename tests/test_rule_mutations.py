"""Rules gone wrong in any way: what a slip of the hand makes of a shipped rule file, the loader takes or says so.

Every mutation is one slip: a line lost or doubled, a key renamed, a value replaced by something of another kind. Of
each file a fixed share is tried, chosen by digest, so that every run tries the same.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from service.app import load
from service.core.errors import BrokenRulebook
from service.rulebook.folder import Snapshot, rules_of, snapshot
from service.rulebook.yaml_source import read_source
from tests.broken_cases import PACK, sound_pack

SHIPPED = rules_of(snapshot(Path(__file__).resolve().parent.parent / "rules"))
SOUND = sound_pack()
MUTATIONS = 400
SWAPS = ("null", "[]", "{}", "text", "-1", "1e9", "true")
SCALAR = re.compile(r"""("[^"\n]*"|'[^'\n]*'|[^\s\[\]{},"'#|>&*!][^\n,\[\]{}#]*)""")
KEY = re.compile(r"[^\s:]+(?=:)")
CARDS = "/metrics/"
PERIODS = "excluded_periods.yaml"
STEMS = [Path(name).stem for name in SHIPPED if CARDS in name]
LISTED = re.compile(rb"^metrics:.*\n(?: +- .*\n)+", re.MULTILINE)


def mutations(name: str) -> Iterator[tuple[str, str]]:
    """Every mutation of a shipped file: what was done to it where, and the text it leads to."""
    text = SHIPPED[name].decode()
    lines = text.splitlines(keepends=True)
    starts = [0]
    for place, line in enumerate(lines):
        starts.append(starts[-1] + len(line))
        yield f"{name}:{place + 1} lost", "".join(lines[:place] + lines[place + 1 :])
        yield f"{name}:{place + 1} doubled", "".join(lines[: place + 1] + lines[place:])
    source = read_source(name, SHIPPED[name])
    keys = set(source.keys.values())
    for line_number, column in sorted(keys):
        if found := KEY.match(text, starts[line_number - 1] + column - 1):
            yield f"{name}:{line_number}:{column} renamed", f"{text[: found.end()]}_{text[found.end() :]}"
    for line_number, column in sorted(set(source.places.values()) - keys):
        if found := SCALAR.match(text, starts[line_number - 1] + column - 1):
            for swap in SWAPS:
                yield f"{name}:{line_number}:{column} → {swap}", text[: found.start()] + swap + text[found.end() :]


def chosen(name: str) -> list[tuple[str, str]]:
    """A fixed share of the mutations of a file."""
    ordered = sorted(mutations(name), key=lambda mutation: sha256(mutation[0].encode()).digest())
    return ordered[: MUTATIONS // len(SHIPPED)]


def surroundings(name: str) -> dict[str, bytes]:
    """A pack around a shipped file: small files, and a small card for every metric the file names.

    A metric that a shipped period names is named by the small one as well.
    """
    card, period = SOUND[f"{PACK}/metrics/late_rate.yaml"], SOUND[f"{PACK}/{PERIODS}"]
    pack, text = name.partition("/")[0], SHIPPED[name].decode()
    spared = (
        Path(name).stem if re.search(rf"\b{Path(name).stem}\b", SHIPPED[f"{pack}/{PERIODS}"].decode()) else "late_rate"
    )
    named = ["late_rate", *(stem for stem in STEMS if re.search(rf"\b{stem}\b", text))]
    listed = f"metrics: [{', '.join(named)}]\n".encode()
    return {
        **{other.replace(PACK, pack, 1): small for other, small in SOUND.items() if CARDS not in other},
        **{f"{pack}{CARDS}{stem}.yaml": card.replace(b"late_rate", stem.encode(), 1) for stem in named},
        f"{pack}/{PERIODS}": period.replace(b"late_rate", spared.encode()),
        f"{pack}/pack.yaml": LISTED.sub(listed, SHIPPED[f"{pack}/pack.yaml"]),
    }


def accident(files: Snapshot) -> str | None:
    """What went wrong in loading, other than faults with a place; None where nothing did."""
    try:
        load(files).engine.close()
    except BrokenRulebook as broken:
        placed = [fault.line >= 1 and fault.column >= 1 and bool(fault.detail) for fault in broken.faults]
        return None if placed and all(placed) else f"faults without a place: {broken.faults}"
    except Exception as error:  # any other is what is looked for
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize("name", SHIPPED)
def test_any_slip_is_a_fault_or_is_taken(name: str) -> None:
    around = surroundings(name)
    tried = chosen(name)
    accidents = [f"{what}: {found}" for what, text in tried if (found := accident({**around, name: text.encode()}))]
    assert tried
    assert not accidents, "\n".join(accidents)
