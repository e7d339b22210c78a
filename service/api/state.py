"""What a running service holds: its settings, its rulebook and its engine. Nothing of any request."""

from dataclasses import dataclass

from flask import current_app

from service.api.problems import Problem
from service.core.errors import RuleFault
from service.core.packs import Rulebook
from service.engine import Engine
from service.intake.tables import Limits
from service.rulebook.folder import Snapshot
from service.settings import Settings

EXTENSION = "standing"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid rulebook, the files it was made of, and the engine that has passed its self-test on it."""

    rulebook: Rulebook
    engine: Engine
    files: Snapshot


@dataclass(frozen=True, slots=True)
class State:
    """The settings, and either what is loaded or why it is not."""

    settings: Settings
    loaded: Loaded | None
    faults: tuple[RuleFault, ...] = ()


def state() -> State:
    """The state of the application that answers."""
    held: State = current_app.extensions[EXTENSION]
    return held


def loaded() -> Loaded:
    """The rulebook and engine.

    Raises:
        Problem: not_ready, while there is no valid rulebook.
    """
    held = state().loaded
    if held is None:
        raise Problem("not_ready", "No valid rulebook is loaded.", headers={"Retry-After": "5"})
    return held


def limits() -> Limits:
    """How much a call may hold."""
    return limits_of(state().settings)


def limits_of(settings: Settings) -> Limits:
    """How much a call may hold by some settings."""
    return Limits(
        records=settings.max_records,
        nesting=settings.max_nesting,
        text=settings.max_text,
        decompressed=settings.max_decompressed,
        ratio=settings.max_ratio,
    )
