"""The gate: every linter the project keeps to, and the few rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "service").rglob("*.py"))
MODULE_LINES = 250
FUNCTION_LINES = 40

LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
YAML = ("rules", "tests", "openapi.yaml", ".pre-commit-config.yaml", ".yamllint.yaml")
LINTERS = {
    "ruff check": ("-m", "ruff", "check", "--quiet", "--output-format=concise", "."),
    "ruff format": ("-m", "ruff", "format", "--quiet", "--check", "."),
    "mypy": ("-m", "mypy"),
    "lint-imports": ("-c", LINT_IMPORTS, "--no-logo", "--no-cache"),
    "yamllint": ("-m", "yamllint", "--strict", *YAML),
}

# Each pattern is written so that it does not find itself here.
STRAY = {
    "a path of one machine": r"(?<![\w.:/~-])(?:/(?:home|root|Users|work|mnt)/\w|[A-Z]:\\\w)",
    "a host of a registry": r"\b(?:pypi|pythonhosted|npmjs|docker|ghcr|quay|gcr)\.(?:org|com|io)\b",
    "an unfinished thought": r"\b(?:TO[D]O|FIX[M]E)\b",
}


@pytest.mark.parametrize("linter", LINTERS)
def test_linter_finds_nothing(linter: str) -> None:
    run = subprocess.run([sys.executable, *LINTERS[linter]], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        pytest.fail(f"{linter}\n\n{run.stdout}{run.stderr}", pytrace=False)


def test_modules_are_short() -> None:
    long = {named(path): lines for path in MODULES if (lines := len(text_of(path).splitlines())) > MODULE_LINES}
    assert not long, f"modules beyond {MODULE_LINES} lines: {long}"


def test_functions_are_short() -> None:
    long = {
        f"{named(path)}:{function.lineno} {function.name}": lines
        for path in MODULES
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    }
    assert not long, f"functions beyond {FUNCTION_LINES} lines: {long}"


@pytest.mark.parametrize("what", STRAY)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()[:120]}"
        for path in repository()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if re.search(STRAY[what], line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


def test_lock_names_exact_versions_and_no_place_to_get_them_from() -> None:
    lines = [line for line in text_of(ROOT / "requirements.lock").splitlines() if not line.startswith("#")]
    assert not [line for line in lines if line and not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)]


def repository() -> Iterator[Path]:
    """Every text file that is, or would be, under version control."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for path in (ROOT / name for name in names if name):
        if path.is_file() and b"\0" not in path.read_bytes():
            yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def named(path: Path) -> str:
    """A path as people read it."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    """What a file says; bytes that are no text do not matter here."""
    return path.read_text(encoding="utf-8", errors="replace")
