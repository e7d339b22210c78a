"""One rule file as values and places. The only reader of YAML; knows nothing of what a rule means.

YAML 1.2, so `no`, `on` and `12:30` stay text; dates stay text too; decimals are exact. Aliases are refused, since a
rule that stands elsewhere cannot be read where it acts.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from service.core.errors import RuleFault

Path = tuple[str | int, ...]
DEEPEST = 24
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,11})\.[0-9]{1,9}")
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Source:
    """A file's values, where each stands, and what is wrong with its form. Lines and columns count from 1."""

    file: str
    value: Any = None
    faults: list[RuleFault] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def fault(self, path: Path, detail: str, *, key: bool = False) -> None:
        """Adds a fault at the nearest place that is known, the key's rather than the value's where asked."""
        known = self.keys if key else self.places
        while path not in known and path:
            path, known = path[:-1], self.places
        self.faults.append(RuleFault(self.file, *known.get(path, (1, 1)), detail))


def read_source(file: str, text: bytes) -> Source:
    """Reads one file; every fault of its form is in the answer."""
    source = Source(file)
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.allow_duplicate_keys = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # an alias of it is a fault
            root = yaml.compose(text.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        source.faults.append(RuleFault(file, text[: error.start].count(b"\n") + 1, 1, "not UTF-8 text"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.faults.append(RuleFault(file, line, column, f"not YAML: {error.problem or error.context}"))
    except (YAMLError, RecursionError, ValueError) as error:
        source.faults.append(RuleFault(file, 1, 1, f"not YAML: {type(error).__name__}"))
    else:
        if root is None:
            source.faults.append(RuleFault(file, 1, 1, "the file is empty"))
        else:
            source.value = value_of(root, (), source, set())
    return source


def value_of(node: Node, path: Path, source: Source, seen: set[int]) -> Any:
    """The plain value of a node; notes its place, and faults on repeated keys, aliases and depth."""
    source.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if id(node) in seen or len(path) > DEEPEST:
        source.fault(path, "an alias: write the value out" if id(node) in seen else f"deeper than {DEEPEST} levels")
        return None
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return scalar(node)
    if isinstance(node, MappingNode):
        return dict(pairs(node, path, source, seen))
    return [value_of(entry, (*path, place), source, seen) for place, entry in enumerate(node.value)]


def pairs(node: MappingNode, path: Path, source: Source, seen: set[int]) -> Iterator[tuple[str, Any]]:
    """The keys and values of a mapping, a repeated key once."""
    met: set[str] = set()
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, ScalarNode) else "?"
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode) or key in met:
            found = f"key {key!r} stands twice" if key in met else "a key must be a plain word"
            source.faults.append(RuleFault(source.file, *place, found))
            continue
        met.add(key)
        source.keys[(*path, key)] = place
        yield key, value_of(value_node, (*path, key), source, seen)


def scalar(node: ScalarNode) -> Any:
    """The value of a scalar: quoted ones and everything that is no number, boolean or null are text."""
    text = str(node.value)
    if node.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if DECIMAL.fullmatch(text) else text


def json_value(value: Any) -> Any:
    """The same value with decimals as plain JSON numbers."""
    if isinstance(value, Mapping):
        return {key: json_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [json_value(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
