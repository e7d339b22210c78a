"""The parts of the benchmark, each run in a process of its own, so that none inherits the memory of another."""

from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from tests.benchmarks.page import Section
from tests.benchmarks.sizes import Size

PARTS = ("formats", "many", "small", "scaling", "stages", "peers", "whole")


def apart(part: str, size: Size) -> Section:
    """What a part says, run in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(measured, part, size).result()


def measured(part: str, size: Size) -> Section:
    """What a part says."""
    section: Section = import_module(f"tests.benchmarks.{part}").run(size)
    return section
