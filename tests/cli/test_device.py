"""`hall device`: the known frames through the bench both ways, and real checks, captures and twins."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from typer.testing import CliRunner

from cli.__main__ import app
from cli.device_frames import frames_of
from cli.device_list import as_markdown
from cli.device_twin import NotUnderstood, device_of, obey
from hall.dialects.a090 import Colour
from hall.dialects.bars import codec
from hall.errors import HallError
from hall.profile import KINDS, BarProfile
from hall.station.settings import profile, profiles, words
from testbed.bar import VirtualBar
from testbed.keypad import VirtualKeypad
from testbed.printer import VirtualPrinter
from testbed.tcp import TcpPort
from tests.hall.dialects.known import ANSWERS, FRAMES

LIMIT_S = 20.0
REPOSITORY = Path(__file__).parents[2]
run = CliRunner()


def said(*typed: str) -> str:
    result = run.invoke(app, ["device", *typed], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(*typed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said(*typed).splitlines()]


def test_list_is_every_profile_for_programs() -> None:
    found = json.loads(said("list", "--json"))
    assert [row["profile"] for row in found] == sorted(profiles())
    assert {tuple(row) for row in found} == {("profile", "class", "dialect", "verified")}
    assert {row["dialect"] for row in found} == {"ff68", "a090", "aabb-sum", "aabb-xor", "number4", "escpos"}
    assert {row["class"] for row in found} == set(KINDS)
    assert "ff68-21key-a" in said("list")


def test_the_table_of_supported_devices_is_what_the_profiles_say() -> None:
    assert (REPOSITORY / "docs/supported.md").read_text(encoding="utf-8") == as_markdown(), (
        "write it again: hall device list --markdown > docs/supported.md"
    )


@pytest.mark.parametrize(("name", "data", "says"), FRAMES)
def test_known_frames_are_read(name: str, data: str, says: dict[str, Any]) -> None:
    (row,) = rows("decode", name, data)
    assert row["ok"]
    assert {key: row[key] for key in says} == says
    assert bytes.fromhex(row["bytes"]) == bytes.fromhex(data)
    assert rows("decode", name, *bytes.fromhex(data).hex(" ").split()) == [row]


@pytest.mark.parametrize(("name", "data", "question", "says"), ANSWERS)
def test_known_answers_are_read(name: str, data: str, question: str, says: dict[str, bool]) -> None:
    (row,) = rows("decode", name, data)
    assert row["if_asked"][question] == says


@pytest.mark.parametrize(
    ("typed", "data"),
    [
        (("ff68-21key-a", "1", "0C"), "FF 68 03 03 68 01 01 0C 0E 16"),
        (("ff68-21key-a", "1", "next"), "FF 68 03 03 68 01 01 0C 0E 16"),
        (("ff68-21key-b", "1", "no_show"), "FF 68 04 04 68 01 01 05 0F 16 16"),
        (("ff68-21key-a", "1", "6", "0F"), "FF 68 04 04 68 01 01 06 0F 17 16"),
        (("ff68-21key-a", "6", "0F", "--address", "3"), "FF 68 04 04 68 03 01 06 0F 19 16"),
        (("ff68-21key-b", "23", "0C", "--address", "3"), "FF 68 05 05 68 03 01 02 03 0C 15 16"),
        (("ff68-21key-a", "show", "023"), "FF 68 08 08 68 01 02 0A 0A 0A 00 02 03 26 16"),
        (("ff68-21key-a", "beep"), "FF 68 02 02 68 01 03 04 16"),
        (("ff68-pad-4", "1", "03"), "FF 68 03 03 68 01 11 03 15 16"),
        (("ff68-pad-4", "129", "ack", "03"), "68 02 02 68 81 01 82 16"),
        (("a090-8", "请A1"), "A0 90 01 A5 00 07 C7 EB 00 41 00 31 00 FF"),
        (("number4-3", "999", "--address", "5"), "05 03 E7 EF"),
        (("number4-3", "A017"), "01 00 11 12"),
        (("aabb-xor-8", "A1", "--address", "5"), "AA 05 BB 51 54 01 00 99 00 63 41 31 8B FF"),
        (("escpos-80mm", "status", "4"), "10 04 04"),
        (("escpos-80mm", "业务：社保登记"), "1C 26 D2 B5 CE F1 A3 BA C9 E7 B1 A3 B5 C7 BC C7 1C 2E"),
        (
            ("aabb-sum-8", "请A001到3号窗口", "--address", "5"),
            "AA 05 BB 51 54 A1 01 00 99 00 63 C7 EB 41 30 30 31 B5 BD 33 BA C5 B4 B0 BF DA FF",
        ),
    ],
)
def test_what_is_typed_becomes_bytes_and_is_read_again(typed: tuple[str, ...], data: str) -> None:
    assert said("encode", *typed).strip() == data
    assert all(row["ok"] for row in rows("decode", typed[0], data))


@pytest.mark.parametrize(
    ("typed", "number", "told"),
    [
        (("999",), 999, ""),
        (("A017",), 17, "17"),
        (("请A017到3号窗口",), 17, "17"),
        (("A1234",), 234, "234"),
        (("暂停", "服务"), 0, "0"),
        (("many",), 0, "0"),
    ],
)
def test_the_bench_sends_a_board_what_the_display_does_and_says_what_is_shown(
    typed: tuple[str, ...], number: int, told: str
) -> None:
    result = run.invoke(app, ["device", "encode", "number4-3", *typed, "--language", "en"], catch_exceptions=False)
    board = profile("number4-3")
    assert isinstance(board, BarProfile)
    assert bytes.fromhex(result.stdout) == codec(board).show(1, " ".join(typed), Colour.RED)
    (row,) = rows("decode", "number4-3", result.stdout)
    assert row["number"] == number
    assert result.stderr.strip() == (f"it should show: {told}" if told else "")


def test_a_damaged_frame_is_told_with_its_reason_between_good_ones() -> None:
    good, bad = "FF680303680101 0C0E16", "FF680303680101 0C0F16"
    assert [(row["ok"], row.get("reason")) for row in rows("decode", "ff68-21key-a", good, bad, good)] == [
        (True, None),
        (False, "checksum"),
        (True, None),
    ]
    assert rows("decode", "a090-8", "0102") == [{"ok": False, "reason": "no frame", "bytes": "01 02"}]
    assert rows("decode", "number4-3", "0503E7EE")[0]["reason"] == "checksum"
    assert rows("decode", "aabb-sum-8", "AA05BB51")[0]["reason"] == "cut short"
    assert rows("decode", "escpos-80mm", "--from", "device", "93")[0]["reason"] == "fixed bits"
    assert rows("decode", "escpos-80mm", "1D9999")[0]["reason"] == "unknown command"
    assert rows("decode", "escpos-80mm", "1004")[0]["reason"] == "cut short"
    assert rows("decode", "escpos-80mm", "--from", "host", "")[0]["reason"] == "no frame"


@pytest.mark.parametrize(("name", "data", "says"), FRAMES)
def test_one_flipped_byte_is_never_read_as_the_frame(name: str, data: str, says: dict[str, Any]) -> None:
    if profile(name).dialect == "escpos" or says.get("command") == "probe":
        return  # nothing in these frames could tell
    whole = bytes.fromhex(data)
    for at in range(len(whole)):
        if at == 1 and profile(name).dialect.startswith("aabb"):
            continue  # the address is in no checksum of theirs
        damaged = whole[:at] + bytes([whole[at] ^ 0x21]) + whole[at + 1 :]
        found = frames_of(profile(name)).decode(damaged)
        assert not any(row["ok"] and row.get("command") != "probe" for row in found), (at, found)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("decode", "a090-8", "zz"), "is no hex"),
        (("decode", "ff68-21key-a", "FF 68 3 3 68 01 01 0C 0E 16"), "two digits a byte"),
        (("encode", "escpos-80mm", "status", "12"), "status 1 … status 4"),
        (("encode", "escpos-80mm", "status", ""), "status 1 … status 4"),
        (("encode", "escpos-80mm", "present", "far"), "present 12"),
        (("encode", "escpos-80mm", ""), "say a text"),
        (("encode", "escpos-80mm", "号\udcff"), "'\\udcff' is no character"),
        (("encode", "ff68-21key-a", "show", "1234"), "cannot show no waiting, ticket '1234'"),
        (("decode", "toaster", "00"), "there is no profile 'toaster'; known are: a090-12"),
        (("encode", "a090-8", "𠮷"), "no dots"),
        (("encode", "ff68-21key-a", "1", "2", "3", "4"), "say an address and a key"),
        (("encode", "ff68-21key-a", "XY"), "'XY' is no key"),
    ],
)
def test_what_is_typed_wrong_is_told(typed: tuple[str, ...], told: str) -> None:
    with pytest.raises(HallError, match=re.escape(told)):
        run.invoke(app, ["device", *typed], catch_exceptions=False)


def test_every_command_has_an_example() -> None:
    for command in ("list", "decode", "encode", "check", "capture", "twin"):
        assert f"hall device {command}" in said(command, "--help").replace("\n", " ")


def test_a_profile_of_ones_own_can_be_tried(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text('extends = "a090-8"\ntitle = "mine"\nverified = "experimental"\nsources = ["desk"]\n', "utf-8")
    assert said("encode", str(own), "请A1").startswith("A0 90")
    own.write_text('extends = "mine"\n', "utf-8")
    with pytest.raises(HallError, match="goes round in a circle: mine → mine"):
        run.invoke(app, ["device", "encode", str(own), "1"], catch_exceptions=False)


def verdict(name: str, port: str, seconds: str = "0.6") -> dict[str, Any]:
    typed = ["device", "check", name, "--port", port, "--seconds", seconds, "--json", "--language", "en"]
    result = run.invoke(app, typed, catch_exceptions=False)
    found: dict[str, Any] = json.loads(result.output)
    assert result.exit_code == (1 if found["works"] is False else 0)
    return found


@pytest.mark.parametrize("name", [name for name, found in profiles().items() if found.dialect != "ff68"])
def test_a_device_that_works_is_found_to_work(name: str) -> None:
    with device_of(profile(name)) as device:
        found = verdict(name, device.path, "8")
        assert found["works"] is (None if name.startswith("number4") or name == "aabb-sum-8-short" else True), found


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("paper out", "there is no paper"),
        ("cover open", "the cover is open"),
        ("cutter jam", "the cutter is stuck"),
        ("fault silence", "unknown"),
    ],
)
def test_a_printer_in_trouble_is_told_and_a_silent_one_is_unknown(order: str, told: str) -> None:
    say = words("device", "en")
    with device_of(profile("escpos-80mm")) as device:
        obey(device, order, say)
        found = verdict("escpos-80mm", device.path, "1" if order == "fault silence" else "8")
        assert found["works"] is False
        assert told in found["says"][-1]


def test_a_key_is_waited_for_acknowledged_and_named() -> None:
    with device_of(profile("ff68-21key-b")) as device:
        assert isinstance(device, VirtualKeypad)
        presses = []
        presser = threading.Thread(target=lambda: presses.append(_press_when_shown(device)))
        presser.start()
        found = verdict("ff68-21key-b", device.path, "15")
        presser.join(LIMIT_S)
        assert found["works"] is True
        assert "no_show" in found["says"][-1]
        assert presses == [True]
    with device_of(profile("ff68-21key-b")) as device:
        assert verdict("ff68-21key-b", device.path)["works"] is None


def _press_when_shown(keypad: VirtualKeypad) -> bool:
    keypad.wait_for_ticket("888", LIMIT_S)
    return keypad.press("5", 0x0F).acked


def test_a_port_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = verdict("a090-8", str(tmp_path / "none"))
    assert found["works"] is False
    assert "does not open" in found["says"][0]


@pytest.mark.parametrize("name", ["escpos-80mm", "reliance-80mm"])
def test_a_test_slip_shows_font_code_and_cut(name: str) -> None:
    with device_of(profile(name)) as device:
        assert isinstance(device, VirtualPrinter)
        typed = ["device", "check", name, "--port", device.path, "--slip", "--language", "en"]
        assert run.invoke(app, typed, catch_exceptions=False).exit_code == 0
        slip = device.next_slip(LIMIT_S)
        assert "A017" in slip.text
        assert slip.unknown == ()
        assert [code.text for code in zxingcpp.read_barcodes(slip.picture)] == ["https://hall.example/q?t=test"]


def test_a_printer_on_the_network() -> None:
    with device_of(profile("escpos-80mm")) as device, TcpPort(device.path) as port:
        assert verdict("escpos-80mm", port.url, "8")["works"] is True


def test_a_capture_holds_every_byte_and_can_be_read_again(tmp_path: Path) -> None:
    out = tmp_path / "capture.jsonl"
    with device_of(profile("ff68-21key-a")) as device:
        assert isinstance(device, VirtualKeypad)
        obey(device, "fault wrong 1", words("device", "en"))
        presser = threading.Thread(target=_press_when_listening, args=(device, out))
        presser.start()
        said("capture", "ff68-21key-a", "--port", device.path, "--out", str(out), "--seconds", "1.5")
        presser.join(LIMIT_S)
    head, *rest = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert (head["profile"], head["line"]["baud"]) == ("ff68-21key-a", 9600)
    found = [row for line in rest for row in line["frames"]]
    assert [row["ok"] for row in found] == [False, True, True, True]  # the keypad asked four times in vain
    data = bytes.fromhex("".join(line["bytes"] for line in rest))
    assert frames_of(profile("ff68-21key-a")).decode(data) == found


def _press_when_listening(keypad: VirtualKeypad, out: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not (out.is_file() and out.read_text("utf-8")):
        assert time.monotonic() < deadline, "nothing listens"
        time.sleep(0.01)
    keypad.press("6", 0x0F)


class Running:
    """`hall device twin` in a process of its own."""

    def __init__(self, *typed: str) -> None:
        command = [sys.executable, "-m", "cli", "device", "twin", *typed, "--language", "en"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def type(self, line: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.line()


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Running]:
    running = Running("a090-8", "--address", "3", "--link", str(tmp_path / "bar"), "--png", str(tmp_path / "bar.png"))
    yield running
    running.process.kill()
    running.process.communicate()


def test_a_twin_lives_until_a_signal(twin: Running, tmp_path: Path) -> None:
    assert twin.line().startswith("port: /dev/pts/")
    assert twin.line() == f"port: {tmp_path / 'bar'}"
    with (tmp_path / "bar").open("r+b", buffering=0) as host:
        host.write(bytes.fromhex(said("encode", "a090-8", "请A1", "--address", "3")))
        assert host.read(3) == b"\x03\xa5\xaa"
        assert json.loads(twin.type("state"))["text"] == "请A1"
        assert twin.type("fault half") == "done"
        assert twin.type("dance").startswith("not understood: dance")
        assert twin.type("cover open") == "this device cannot: cover open"
    os.kill(twin.process.pid, signal.SIGTERM)
    assert twin.process.wait(LIMIT_S) == 0
    assert not (tmp_path / "bar").is_symlink()
    assert (tmp_path / "bar.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_typed_at_a_twin() -> None:
    say = words("device", "en")
    with device_of(profile("escpos-80mm")) as printer:
        assert isinstance(printer, VirtualPrinter)
        for order, field in (("paper out", "paper"), ("cover open", "cover_open"), ("cutter jam", "cutter_stuck")):
            before = json.loads(obey(printer, "state", say))[field]
            assert obey(printer, order, say) == "done"
            assert json.loads(obey(printer, "state", say))[field] is not before
        with pytest.raises(NotUnderstood):
            obey(printer, "press 0C", say)
    with device_of(profile("a090-8")) as bar:
        assert isinstance(bar, VirtualBar)
        assert obey(bar, "fault delay 0.5", say) == "done"
        assert json.loads(obey(bar, "state", say))["faults"] == "delay"
        assert obey(bar, "ok", say) == "done"
        assert json.loads(obey(bar, "state", say))["faults"] == ""
        with pytest.raises(NotUnderstood):
            obey(bar, "fault delay much", say)


def test_both_languages_say_the_same() -> None:
    assert set(words("device", "zh").keys()) == set(words("device", "en").keys())
