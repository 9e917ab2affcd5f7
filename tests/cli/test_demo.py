"""`hall demo`, `hall log verify` and `hall pin` as a person runs them: as commands, by what they print and leave."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.main import get_command

from cli.__main__ import app

ROOT = Path(__file__).parents[2]
VILLAGE = ROOT / "examples" / "village" / "hall.toml"
LIMIT_S = 90


def hall(*words: str) -> list[str]:
    return [sys.executable, "-m", "cli", *words]


def run(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        hall(*words), cwd=ROOT, input=typed, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def demo(out: Path, minutes: str) -> list[str]:
    return hall(
        "demo", "--hall", str(VILLAGE), "--minutes", minutes, "--out", str(out), "--no-windows", "--speed", "40"
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, subprocess.run(demo(out, "0.3"), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)


def test_a_demo_ends_by_itself_and_says_where_to_look(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, ended = ran
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"A\d{3}|B\d{3}|C\d{3}|D\d{3}", ended.stdout)
    assert "小票已出" in ended.stdout
    assert "完好" in ended.stdout
    with Image.open(out / "hall.png") as picture:
        assert picture.size > (800, 800)
    assert list((out / "slips" / "kiosk-1").glob("*.png"))
    assert list((out / "screens" / "kiosk-1").glob("*-take.png"))
    with sqlite3.connect(f"file:{out}/hub/hub.db?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM tickets WHERE printing = 'on_paper'").fetchone()[0] > 0


def test_a_place_that_was_used_is_refused(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, _ = ran
    again = subprocess.run(demo(out, "0.2"), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert again.returncode == 1
    assert "--out" in again.stderr
    assert "Traceback" not in again.stderr


def test_verify_names_what_was_changed(ran: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    out, _ = ran
    good = run("log", "verify", "--rebuild", str(out / "hub" / "hub.db"))
    assert (good.returncode, "verifies" in good.stdout) == (0, True), good.stdout + good.stderr
    copy = tmp_path / "hub.db"
    with sqlite3.connect(out / "hub" / "hub.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("UPDATE log SET at = at + 1 WHERE seq = 2")
        target.commit()
    bad = run("log", "verify", str(copy))
    assert bad.returncode == 1
    assert "log 2" in bad.stdout


def test_a_hub_that_dies_fails_the_demo_and_ctrl_c_does_not(tmp_path: Path) -> None:
    for name, act, status in (("killed", _kill_the_hub, 1), ("stopped", _press_ctrl_c, 0)):
        out = tmp_path / name
        child = subprocess.Popen(demo(out, "1"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            _wait_for(out / "screens" / "kiosk-1")
            act(child)
            told, errors = child.communicate(timeout=LIMIT_S)
        finally:
            child.kill()
        assert child.returncode == status, told + errors
        assert "Traceback" not in errors


def _wait_for(place: Path) -> None:
    limit = time.monotonic() + 40
    while not list(place.glob("*-departments.png")):
        assert time.monotonic() < limit, f"nothing was drawn in {place}"
        time.sleep(0.1)


def _kill_the_hub(child: subprocess.Popen[str]) -> None:
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    (hub,) = [int(pid) for pid in children if b"-m\0hub\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    subprocess.run(["kill", "-9", str(hub)], check=True)


def _press_ctrl_c(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)


def test_a_hall_file_with_mistakes_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "hall.toml").write_text('id = "V!"\nname = "x"\n', encoding="utf-8")
    ended = run("demo", "--hall", str(tmp_path / "hall.toml"), "--out", str(tmp_path / "out"))
    assert ended.returncode == 1
    assert "hall.toml" in ended.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [(), ("demo",), ("log", "verify"), ("provision",)])
def test_help_explains(command: tuple[str, ...]) -> None:
    told = run(*command, "--help")
    assert told.returncode == 0
    assert command == () or "Example" in told.stdout


def test_every_command_has_help_and_an_example() -> None:
    found = list(_commands(get_command(app), ()))
    assert {"provision revoke", "restore", "doctor", "log verify"} <= {" ".join(words) for words, _ in found}
    for words, command in found:
        assert command.help, words
        leads_on = hasattr(command, "commands") and not command.invoke_without_command
        assert leads_on or str(command.epilog).startswith(("Example: ", "Examples: ")), words


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*words, name))
