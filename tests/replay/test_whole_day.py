"""Two hundred people, a dozen mishaps, real processes: every wire tells the same. Then wires are tampered with, and the
reconciliation names what it finds."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from cli.replay import Replay, Wanted
from hub.tables import VERSION
from testbed.reconciling.whole import Run, reconcile
from tests.replay.small import BOOKED, day_of, hall_of

TICKETS = 200
LEAST = 190  # a mishap may send some away
FAULTS = 160  # among its first four: the hub's machine is replaced, and a new version put in


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    root = tmp_path_factory.mktemp("replay")
    wanted = Wanted(hall_file=hall_of(root), day_file=day_of(root, TICKETS), out=root / "out", speed=100, faults=FAULTS)
    run = Replay(wanted, Console(quiet=True)).run()
    return run, reconcile(run)


def test_every_wire_tells_the_same(ran: tuple[Run, dict[str, Any]]) -> None:
    run, result = ran
    assert result["differences"] == []
    assert result["tickets"] >= LEAST
    assert result["refused"]["closed:before_hours"] == 2
    assert result["arrived"] == result["tickets"] + sum(result["refused"].values())
    assert result["called"] == result["announced"] + result["expired"] == result["on_bar"] + result["superseded"]
    assert result["services"] == result["rated"] + result["unrated"] > LEAST / 2
    assert result["services"] >= result["served"] + 2 * result["joint"]
    assert result["joint"] >= 1  # five ask for it; a mishap may send some home
    assert result["announced"] > result["called"] / 2
    assert result["on_bar"] > result["called"] / 3
    assert result["rated"] > result["served"] / 3
    assert (result["lost"], result["duplicates"], result["double_calls"]) == (0, 0, 0)
    assert all(row["cause"] for row in result["exceptions"])
    late_have_none = {"预约"}  # a mishap may keep those who have booked
    assert set(result["classes"]) - late_have_none == {"老年人、残疾人", "军人"}
    assert result["classes"].get("预约", 0) <= result["booked"] <= len(BOOKED)
    assert result["booked"] >= 1
    assert sum(result["classes"].values()) > TICKETS / 10
    assert {name.stem for name in (run.out / "wires").glob("*.jsonl")} >= {
        "printer-kiosk-1", "keypad-06", "pad-06", "bar-06", "keypad-11", "pad-11", "bar-11",
    }  # fmt: skip


def test_mishaps_are_told_with_both_times(ran: tuple[Run, dict[str, Any]]) -> None:
    _, result = ran
    assert len(result["faults"]) >= 5
    for fault in result["faults"]:
        assert fault["business"][0] <= fault["business"][1]
        assert 0 < fault["real_s"][0] <= fault["real_s"][1]
    assert len({fault["kind"] for fault in result["faults"]}) >= 5


def test_the_hall_was_moved_and_upgraded_while_people_waited(ran: tuple[Run, dict[str, Any]]) -> None:
    """Nothing was lost (a fault that loses something ends the run), and each wire still told the same."""
    run, result = ran
    told = {fault["kind"]: fault["detail"] for fault in result["faults"] if fault["kind"] in ("move", "upgrade")}
    assert set(told) == {"move", "upgrade"}
    assert f"version 1 to {VERSION}" in told["upgrade"]
    waited = 0  # on a slow machine the first of the two may come before anybody has a number
    for detail in told.values():
        found = re.search(r"(\d+) events, (\d+) waiting$", detail)
        assert found is not None, detail
        waited += int(found[2])
    assert waited > 0, told
    assert not list((run.out / "machine-1").rglob("*")), "something was left on the old machine"
    assert (run.out / "machine-2" / "var" / "hub" / "hub.db").is_file()


def _wrong_digit(out: Path) -> None:
    """A bar lights another number for a while."""

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        data = bytearray.fromhex(row["hex"])
        if row["dir"] == "to" and data[:2] == b"\xa0\x90" and data[2] == 7 and b"\xc7\xeb" in data:
            place = next(i for i in range(8, len(data) - 1) if 0x30 <= data[i] <= 0x39)
            old, data[place] = data[place], 0x39 if data[place] != 0x39 else 0x38
            data[-1] ^= old ^ data[place]
        return {**row, "hex": bytes(data).hex()}

    _rewrite(out / "wires" / "line-b.jsonl", changed)


def _not_spoken(out: Path) -> None:
    sorted((out / "audio" / "voice-b").glob("*.wav"))[5].unlink()


def _printed_twice(out: Path) -> None:
    path = out / "wires" / "printer-kiosk-1.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    slip = [row for row in rows if row["dir"] == "to" and not row["hex"].startswith("1004")]
    first = next(i for i, row in enumerate(slip) if row["hex"].startswith("1b40"))
    second = next(i for i, row in enumerate(slip) if i > first and row["hex"].startswith("1b40"))
    rows += [{**row, "t": rows[-1]["t"]} for row in slip[first:second]]
    path.unlink()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _another_class(out: Path) -> None:
    """A slip says a class that its ticket has not."""
    named, other = ("军人优先".encode("gb18030").hex(), "工人优先".encode("gb18030").hex())

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "hex": row["hex"].replace(named, other)}

    _rewrite(out / "wires" / "printer-kiosk-1.jsonl", changed)


def _pressed_twice(out: Path) -> None:
    """The wire has one rating more than the log."""
    path = out / "wires" / "line-b.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    question, press = _frame(0x87, 0x01, 0x0B), _frame(0x87, 0x11, 5)
    taken = "680202688701" + f"{(0x87 + 1) & 0xFF:02x}" + "16"
    t = 8 * 3600 + 50 * 60.0
    early = [
        {"t": t, "dir": "to", "hex": question},
        {"t": t, "dir": "from", "hex": press},
        {"t": t, "dir": "to", "hex": taken},
    ]
    path.unlink()
    path.write_text("".join(json.dumps(row) + "\n" for row in [*early, *rows]), encoding="utf-8")


def _frame(address: int, command: int, value: int) -> str:
    total = (address + command + value) & 0xFF
    return f"ff68030368{address:02x}{command:02x}{value:02x}{total:02x}16"


def _not_on_the_board(out: Path) -> None:
    """A board told something else than was called."""

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        rows = [called for called in row["body"]["rows"] if called["window"] != 8]
        return {**row, "body": {**row["body"], "rows": rows}}

    _rewrite(out / "told" / "board.jsonl", changed)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (_wrong_digit, "the bar of window 7 showed"),
        (_not_spoken, "was not spoken"),
        (_printed_twice, "was printed 2 times"),
        (_another_class, "says '工人', its class is 'soldier'"),
        (_pressed_twice, "a rating at window 7 was taken and is not in the log"),
        (_not_on_the_board, "and never on the board"),
    ],
)
def test_what_is_tampered_with_is_named(
    ran: tuple[Run, dict[str, Any]], tmp_path: Path, tamper: Callable[[Path], None], named: str
) -> None:
    run, _ = ran
    out = tmp_path / "out"
    shutil.copytree(
        run.out, out, copy_function=os.link, ignore=shutil.ignore_patterns("ports", "*.finger", "machine-*", "usb")
    )
    tamper(out)
    found = reconcile(replace(run, out=out, mishaps=()))  # nothing to excuse it with
    assert any(named in row["what"] for row in found["differences"]), found["differences"][:5]


def _rewrite(path: Path, changed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    rows = [changed(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
    path.unlink()  # a hard link: the run's own stays
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
