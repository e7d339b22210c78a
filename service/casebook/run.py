"""A folder of rules → a report on its cases."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

from service.app import load
from service.casebook.cases import Report
from service.casebook.coverage import points_of
from service.casebook.read import case_sources, cases_of, report_cases_of
from service.casebook.report_cases import ReportTrial
from service.casebook.report_coverage import report_points
from service.casebook.trial import Trial
from service.casebook.witness import Witness
from service.core.errors import BrokenRulebook, RuleFault
from service.core.examples import failed_examples
from service.rulebook.folder import snapshot


def run_folder(folder: Path) -> Report:
    """Puts the cases of a pack, or of every pack of a folder, to the test.

    Args:
        folder: a folder with a `pack.yaml`, or one of such folders.

    Returns:
        Results in the order of the files, faults of rules and cases, and what is covered.
    """
    named = folder if folder.name else folder.resolve()
    packs = [named] if (named / "pack.yaml").exists() else sorted(path.parent for path in named.glob("*/pack.yaml"))
    if not packs:
        return Report(faults=(RuleFault(folder.as_posix(), 1, 1, "neither a pack nor a folder of packs"),))
    return sum(map(run_pack, packs), Report())


def run_pack(folder: Path) -> Report:
    """Puts the cases of one pack to the test. Files are named from where the folder is named."""
    beside = folder.parent
    try:
        files = {f"{folder.name}/{name}": text for name, text in snapshot(folder).items()}
        loaded = load(files)
    except BrokenRulebook as broken:
        return Report(faults=tuple(replace(fault, file=(beside / fault.file).as_posix()) for fault in broken.faults))
    try:
        sources = case_sources({(beside / name).as_posix(): text for name, text in files.items()})
        witness = Witness(loaded.engine.decide)
        trial = Trial(loaded.rulebook, witness)
        results = tuple(result for case in cases_of(sources) if (result := trial.result(case)))
        reports = ReportTrial(loaded.rulebook)
        results += tuple(result for case in report_cases_of(sources) if (result := reports.result(case)))
        all(failed_examples(loaded.rulebook, witness.decide))
        points = chain(points_of(trial.pack, witness), report_points(trial.pack, reports.shown))
        covered = tuple(replace(point, file=(beside / point.file).as_posix()) for point in points)
    finally:
        loaded.engine.close()
    return Report(results, tuple(sorted({fault for source in sources for fault in source.faults})), covered)
