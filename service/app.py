"""The only wiring: settings and rule files in, an application out."""

from flask import Flask

from service.api import probes, requests, rules, verdicts
from service.api.state import EXTENSION, Loaded, State
from service.core.errors import BrokenRulebook, RuleFault
from service.core.examples import failed_examples
from service.core.packs import Rulebook
from service.core.rulesets import all_rulesets
from service.engine import Engine
from service.rulebook.folder import Snapshot, snapshot
from service.rulebook.load import load_rulebook
from service.settings import Settings


def create_app(settings: Settings, files: Snapshot | None = None) -> Flask:
    """The application.

    Args:
        settings: how to run.
        files: the rule files; read from the settings' folder where None.

    With rules that cannot be used the application still answers, and is never ready.
    """
    app = Flask("service", static_folder=None, template_folder="api/templates")
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    requests.attach(app)
    for part in (verdicts, rules, probes):
        app.register_blueprint(part.routes)
    app.extensions[EXTENSION] = opened(settings, files)
    return app


def opened(settings: Settings, files: Snapshot | None) -> State:
    """The state of a service with these rules."""
    try:
        loaded = load(snapshot(settings.rules) if files is None else files)
    except BrokenRulebook as broken:
        return State(settings, None, tuple(broken.faults))
    return State(settings, loaded)


def load(files: Snapshot) -> Loaded:
    """A valid rulebook with an engine that has passed its self-test: every example of every card.

    Raises:
        BrokenRulebook: the files are faulty, or an example fails.
    """
    rulebook: Rulebook = load_rulebook(files)
    engine = Engine(all_rulesets(rulebook))
    failed = [
        RuleFault(*example.place, f"the example leads to {found!r}, not {example.level!r}")
        for example, found in failed_examples(rulebook, engine.decide)
    ]
    if failed:
        engine.close()
        raise BrokenRulebook(failed)
    return Loaded(rulebook, engine, files)
