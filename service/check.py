"""standing rules check: what is wrong with a folder of rules, and what should be looked at, in three forms."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from service.app import load
from service.clock import now
from service.core.errors import BrokenRulebook, RuleFault
from service.rulebook.advice import advice
from service.rulebook.folder import snapshot


@dataclass(frozen=True, slots=True)
class Findings:
    """Faults, which make rules unusable, and warnings, which do not; the digest of rules that are sound."""

    faults: tuple[RuleFault, ...]
    warnings: tuple[RuleFault, ...] = ()
    digest: str | None = None

    def exit_code(self, *, strict: bool) -> int:
        """0 where the rules are sound, 1 where they are not (or, strictly, where there are warnings)."""
        return int(bool(self.faults or (strict and self.warnings)))


def check_folder(folder: Path) -> Findings:
    """Everything there is to say of a folder of rules."""
    try:
        files = snapshot(folder)
        loaded = load(files)
    except BrokenRulebook as broken:
        return Findings(tuple(broken.faults))
    loaded.engine.close()
    return Findings((), tuple(advice(files, now().date())), loaded.rulebook.digest)


def shown_findings(findings: Findings, folder: Path, form: str) -> str:
    """The findings as text, as JSON, or as annotations of a GitHub run."""
    if form == "json":
        listed = {"faults": findings.faults, "warnings": findings.warnings}
        shown = {name: [asdict(fault) for fault in faults] for name, faults in listed.items()}
        return json.dumps({"digest": findings.digest, **shown}, indent=2, ensure_ascii=False)
    if form == "github":
        lines = [annotation("error", fault, folder) for fault in findings.faults]
        return "\n".join([*lines, *(annotation("warning", fault, folder) for fault in findings.warnings)])
    lines = [str(fault) for fault in findings.faults] + [f"{fault} (warning)" for fault in findings.warnings]
    return "\n".join([*lines, summary(findings, folder)])


def annotation(kind: str, fault: RuleFault, folder: Path) -> str:
    """One finding as GitHub reads it from a log."""
    detail = fault.detail.replace("%", "%25").replace("\n", "%0A")
    return f"::{kind} file={folder / fault.file},line={fault.line},col={fault.column}::{detail}"


def summary(findings: Findings, folder: Path) -> str:
    """The last line."""
    if findings.faults:
        return f"{folder}: {len(findings.faults)} {'fault' if len(findings.faults) == 1 else 'faults'}"
    return f"{folder}: sound ({findings.digest})"
