"""The wheel: what is in it, and that the command works wherever it is installed. Needs no network."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
OFFLINE = ("--no-deps", "--no-index", "--no-build-isolation")
SHOW_PLACES = "from service.settings import shipped; print(shipped('rules')); print(shipped('openapi.yaml'))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    printed(*PIP, "wheel", *OFFLINE, "--wheel-dir", folder, ROOT, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def from_wheel(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with the wheel in it."""
    return programs(tmp_path_factory.mktemp("elsewhere"), wheel)


@pytest.fixture(scope="module")
def from_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that uses this checkout as it stands."""
    return programs(tmp_path_factory.mktemp("editable"), "--editable", ROOT)


def test_wheel_holds_what_the_service_reads(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "service").rglob("*") if read_at_run_time(path)}
    rules = {
        f"service/packaged/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "rules").rglob("*")
        if path.is_file()
    }
    wanted = sources | rules | {"service/packaged/openapi.yaml"}
    assert wanted <= held, sorted(wanted - held)
    assert "service/rulebook/schemas/metric.json" in wanted


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    metadata = wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"
    assert {name.split("/")[0] for name in held} == {"service", metadata}
    assert not [name for name in held if "__pycache__" in name]


def test_installed_elsewhere_the_rules_come_from_the_package(from_wheel: Path, tmp_path: Path) -> None:
    rules, openapi = (Path(place) for place in printed(from_wheel / "python", "-c", SHOW_PLACES, cwd=tmp_path))
    assert rules.parent == openapi.parent
    assert rules.is_relative_to(from_wheel.parent)
    assert openapi.read_bytes() == (ROOT / "openapi.yaml").read_bytes()
    [verdict] = printed(from_wheel / "standing", "rules", "check", cwd=tmp_path)
    assert verdict.startswith(f"{rules}: sound")


def test_in_a_checkout_the_rules_are_the_checkouts(from_checkout: Path, tmp_path: Path) -> None:
    places = printed(from_checkout / "python", "-c", SHOW_PLACES, cwd=tmp_path)
    assert places == [str(ROOT / "rules"), str(ROOT / "openapi.yaml")]
    [verdict] = printed(from_checkout / "standing", "rules", "check", cwd=tmp_path)
    assert verdict.startswith(f"{ROOT / 'rules'}: sound")


def test_the_command_says_its_version(from_wheel: Path, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [version] = printed(from_wheel / "standing", "--version", cwd=tmp_path)
    assert version.endswith(project["version"])


def read_at_run_time(path: Path) -> bool:
    """Whether a file of the package is code, a JSON Schema or an example."""
    return path.suffix in {".py", ".json"}


def programs(folder: Path, *install: str | Path) -> Path:
    """The programs of a new environment with one thing installed; what that needs is lent by the present one."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    [packages] = folder.glob("lib/python3*/site-packages")
    (packages / "lent.pth").write_text("\n".join(sorted(lent)), encoding="utf-8")
    printed(*PIP, "--python", programs / "python", "install", *OFFLINE, "--ignore-installed", *install, cwd=folder)
    return programs


def printed(*command: str | Path, cwd: Path) -> list[str]:
    """The lines a command prints in a folder, with nothing set that could lead it to another checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("STANDING_", "PYTHON"))}
    run = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
    return run.stdout.splitlines()
