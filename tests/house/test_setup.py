"""The house itself: setup.sh on machines that lack something, the pins, the import rules, the wheel.

Every import rule is broken here once, in a copy, to show that it holds.
"""

import configparser
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ("setup.sh", "setup.cfg", "pyproject.toml", "constraints.txt")
TOOLS = ("awk", "cat", "dirname", "grep", "head", "ls", "mktemp", "rm", "sed", "sha256sum", "uname")
DATA_ROOMS = {"firmware_profiles"}

CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg", encoding="utf-8")


def lines(section: str, option: str) -> list[str]:
    return [line for line in CONFIG[section][option].splitlines() if line and not line.startswith("#")]


ROOMS = lines("importlinter", "root_packages")


def run(*command: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)


class Machine:
    """A copy of the project on a machine whose PATH holds only what a test has put there."""

    def __init__(self, place: Path) -> None:
        self.project = place / "project"
        self.project.mkdir()
        self.path = place / "bin"
        self.path.mkdir()
        for name in INPUTS:
            shutil.copy(ROOT / name, self.project / name)
        for name in TOOLS:
            self.has(name)

    def has(self, name: str) -> None:
        if found := shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin"):
            (self.path / name).symlink_to(found)

    def has_instead(self, name: str, script: str) -> None:
        (self.path / name).unlink(missing_ok=True)
        (self.path / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.path / name).chmod(0o755)

    def setup(self, *arguments: str | Path, project: Path | None = None) -> subprocess.CompletedProcess[str]:
        place = project or self.project
        return run("/bin/bash", place / "setup.sh", *arguments, cwd=place, PATH=str(self.path))

    def refusal(self, *arguments: str | Path) -> str:
        done = self.setup(*arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        assert not (self.project / ".venv").exists()
        return done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_setup_names_the_system_it_does_not_know(machine: Machine) -> None:
    machine.has_instead("uname", "echo Darwin")
    said = machine.refusal()
    assert "Darwin" in said
    assert "Debian 12" in said


def test_setup_tells_how_to_get_python(machine: Machine) -> None:
    said = machine.refusal()
    assert "no python3" in said
    assert "apt-get install python3" in said


def test_setup_refuses_an_old_python_by_its_version(machine: Machine) -> None:
    machine.has_instead("python3", "echo 9")
    assert "Python 3.9: jiaohao needs Python 3.11" in machine.refusal()


def test_setup_passes_by_a_python_that_does_not_run(machine: Machine) -> None:
    machine.has_instead("python3", "exit 127")
    assert "Python 3.?" in machine.refusal()


def test_setup_without_apt_lists_all_that_is_missing(machine: Machine) -> None:
    (machine.path / "python3").symlink_to(sys.executable)
    said = machine.refusal("--private")
    assert "mosquitto espeak-ng fonts-noto-cjk strace" in said
    assert "NotoSansCJK-Regular.ttc" in said


def test_setup_leaves_a_folder_alone_that_is_no_environment(machine: Machine, tmp_path: Path) -> None:
    (machine.path / "python3").symlink_to(sys.executable)
    machine.has_instead("apt-get", "exit 1")
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "one").write_text("dear")
    assert f"{letters} is in the way" in machine.refusal("--venv", letters)
    assert (letters / "one").read_text() == "dear"


def test_setup_names_an_argument_it_does_not_know(machine: Machine) -> None:
    assert "--privat" in machine.refusal("--privat")


def test_setup_does_nothing_twice_and_notices_a_change(machine: Machine) -> None:
    # This machine has no Python: whoever wants to do something here has to stop.
    machine.has("espeak-ng")
    machine.has("strace")
    if (ROOT / ".venv").resolve() != Path(sys.prefix).resolve():
        pytest.skip("these tests do not run in .venv")
    again = machine.setup(project=ROOT)
    assert (again.returncode, again.stdout) == (0, ""), f"run ./setup.sh: {again.stderr}"
    (machine.project / ".venv" / "bin").mkdir(parents=True)
    (machine.project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(ROOT / ".venv" / ".jiaohao-stamp", machine.project / ".venv")
    assert "no python3" in machine.setup().stderr


def test_every_requirement_is_pinned_and_every_pin_is_installed() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    wanted = lines("options", "install_requires") + lines("options.extras_require", "test")
    pinned = {canonicalize_name(name) for name in pins}
    assert {canonicalize_name(Requirement(line).name) for line in wanted} <= pinned
    assert {name: importlib.metadata.version(name) for name in pins} == pins


def test_every_room_is_packaged_typed_and_ruled() -> None:
    there = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests"} - DATA_ROOMS
    included = lines("options.packages.find", "include")
    assert set(ROOMS) == there
    assert {name.removesuffix(".*") for name in included} - DATA_ROOMS == there
    assert {name.strip() for name in CONFIG["mypy"]["files"].split(",")} - {"tests"} == there


PLANTS = {
    "pure-hall": {"hall/planted_clock.py": "import time"},
    "station-below-roles": {"hall/planted_bus.py": "import hall.station"},
    "hall-is-the-ground": {"hall/planted_role.py": "import kiosk"},
    "pure-flows": {"display/flow.py": "import display.planted", "display/planted.py": "import socket"},
    "roles-apart": {"kiosk/planted_hub.py": "import hub"},
    "screen": {"screen/planted.py": "import escpos"},
    "readers": {"testbed/readers/planted.py": "import hall.dialects"},
    "slips": {"slips/planted.py": "import kiosk"},
    "testbed": {"hub/planted_testbed.py": "import testbed"},
    "upkeep": {"testbed/planted_upkeep.py": "import upkeep"},
    "cli": {"testbed/planted_cli.py": "import cli"},
    "paho": {"caller/planted_paho.py": "import paho.mqtt.client"},
    "pyserial": {"caller/planted_serial.py": "import serial"},
    "sqlite": {"kiosk/planted_store.py": "import sqlite3"},
}


def copy_house(place: Path, names: Iterable[str]) -> None:
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, place / name)


def test_every_import_rule_is_one_that_can_be_broken(tmp_path: Path) -> None:
    contracts = {
        section.rpartition(":")[2]: CONFIG[section]["name"]
        for section in CONFIG.sections()
        if section.startswith("importlinter:contract:")
    }
    assert set(PLANTS) == set(contracts)
    copy_house(tmp_path, [*ROOMS, "setup.cfg"])
    for plants in PLANTS.values():
        for name, text in plants.items():
            (tmp_path / name).write_text(f"{text}\n")
    done = run(Path(sys.executable).with_name("lint-imports"), cwd=tmp_path, COLUMNS="300")
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    assert verdicts == dict.fromkeys(contracts.values(), "BROKEN"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "may_ask"),
    [
        ("hall/hours.py", False),
        ("hall/dialects/ff68.py", False),
        ("hub/decide.py", False),
        ("hub/decide/calls.py", False),
        ("kiosk/flow.py", False),
        ("slips/slip.py", False),
        ("hall/station/bus.py", True),
        ("hub/store.py", True),
        ("tests/hall/test_hours.py", True),
    ],
)
def test_only_shells_may_ask_the_clock(name: str, may_ask: bool) -> None:
    source = "import datetime\n\nnow = datetime.datetime.now(datetime.UTC)\n"
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--stdin-filename", name, "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ("TID251" in done.stdout) is not may_ask, done.stdout + done.stderr
    assert done.returncode == (0 if may_ask else 1)


def test_the_wheel_brings_the_rooms_and_their_data(tmp_path: Path) -> None:
    copy_house(tmp_path, [*ROOMS, *DATA_ROOMS, "broker.conf", "systemd", "README.md", "setup.cfg", "pyproject.toml"])
    for name in ("firmware_profiles/planted-one.toml", "hall/words/planted.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "stray.py").write_text("")
    pip = (
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    )
    done = run(sys.executable, *pip, "-w", "wheels", ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "wheels").iterdir()
    there = {str(file.relative_to(tmp_path)) for room in ROOMS for file in (tmp_path / room).rglob("*.py")}
    there |= {str(file.relative_to(tmp_path)) for room in DATA_ROOMS for file in (tmp_path / room).rglob("*")}
    with zipfile.ZipFile(wheel) as opened:
        packed = {name for name in opened.namelist() if ".dist-info/" not in name}
        (entries,) = (name for name in opened.namelist() if name.endswith("/entry_points.txt"))
        assert "hall = cli.__main__:main" in opened.read(entries).decode()
    units = {str(file.relative_to(ROOT)) for file in (ROOT / "systemd").rglob("*") if file.is_file()}
    shipped = {f"upkeep/shipped/{name}" for name in ("broker.conf", *units)}
    assert there | {"hall/words/planted.toml"} | shipped <= packed
    assert not {name for name in packed if name.startswith("tests/")}


def test_make_alone_lists_every_target() -> None:
    done = run("make", "--no-print-directory", cwd=ROOT)
    (declared,) = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE) == declared.split()
