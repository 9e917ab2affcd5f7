"""`hall device` at the desk when things go wrong: polled keypads, captures without a port, orders no twin knows."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from cli.device_twin import device_of, obey
from hall.errors import HallError
from hall.station.settings import profile, words
from testbed.keypad import VirtualKeypad
from testbed.printer import VirtualPrinter
from tests.cli.test_device import LIMIT_S, Running, rows, verdict

POLLED = "ff68-21key-b-polled"
run = CliRunner()


def test_a_polled_keypad_is_asked_and_its_key_named() -> None:
    with device_of(profile(POLLED)) as device:
        assert isinstance(device, VirtualKeypad)
        acked = []

        def press() -> None:
            device.wait_for_ticket("888", LIMIT_S)
            acked.append(device.press("5", 0x0F).acked)

        presser = threading.Thread(target=press)
        presser.start()
        found = verdict(POLLED, device.path, "15")
        presser.join(LIMIT_S)
        assert (found["works"], acked) == (True, [True]), found
        assert "no_show" in found["says"][-1]


def test_a_polled_keypad_that_only_answers_is_there_and_one_that_is_silent_is_not() -> None:
    with device_of(profile(POLLED)) as device:
        found = verdict(POLLED, device.path)
        assert (found["works"], found["says"][-1]) == (None, "the device answers")
    with device_of(profile("ff68-21key-b")) as device:  # speaks unasked: it has no answer to a poll
        found = verdict(POLLED, device.path)
        assert found["works"] is False
        assert "answers nothing" in found["says"][-1]


@pytest.mark.parametrize(("name", "data"), [("a090-8", "01A5AA"), ("aabb-sum-8", "1B"), ("aabb-xor-8", "1B")])
def test_the_reply_of_a_bar_is_read(name: str, data: str) -> None:
    for typed in ((data,), (data, "--from", "device")):
        (row,) = rows("decode", name, *typed)
        assert (row["ok"], row["command"], bytes.fromhex(row["bytes"])) == (True, "reply", bytes.fromhex(data))
    assert not rows("decode", name, data, "--from", "host")[0]["ok"]
    assert not rows("decode", name, "00 11 22 33", data)[0]["ok"]  # a noise that ends so
    assert not rows("decode", "number4-3", data)[0]["ok"]


def test_a_poll_and_its_answer_are_read() -> None:
    assert [
        row["command"] for row in rows("decode", "ff68-21key-b-polled", "FF68020268010506 16 FF6802026801010216")
    ] == ["poll", "nothing"]


def test_a_printer_has_no_address() -> None:
    typed = ["device", "check", "escpos-80mm", "--port", "/none", "--language", "en"]
    assert "address" not in run.invoke(app, typed).output


def test_a_capture_without_a_port_leaves_the_earlier_one_alone(tmp_path: Path) -> None:
    out = tmp_path / "capture.jsonl"
    out.write_text("yesterday", "utf-8")
    typed = ["device", "capture", "a090-8", "--port", str(tmp_path / "none"), "--seconds", "1", "--out"]
    with pytest.raises(HallError, match="none"):
        run.invoke(app, [*typed, str(out)], catch_exceptions=False)
    assert out.read_text("utf-8") == "yesterday"


def test_a_capture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    typed = ["device", "capture", "a090-8", "--out", str(tmp_path / "no/x.jsonl"), "--port"]
    with device_of(profile("a090-8")) as device, pytest.raises(OSError, match=r"no/x\.jsonl"):
        run.invoke(app, [*typed, device.path], catch_exceptions=False)


def test_a_twin_goes_on_after_what_it_cannot_do(tmp_path: Path) -> None:
    running = Running(POLLED)
    try:
        assert running.line().startswith("port: ")
        assert "unknown file extension" in running.type(f"png {tmp_path / 'picture'}")
        assert running.type("press next").startswith("nobody asked it")
        assert json.loads(running.type("state"))["faults"] == ""
    finally:
        running.process.kill()
        running.process.communicate()


def test_a_picture_of_no_known_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(HallError, match=r"unknown file extension: \.foo; as in bar\.png"):
        run.invoke(app, ["device", "twin", "a090-8", "--png", str(tmp_path / "x.foo")], catch_exceptions=False)


@pytest.mark.parametrize(
    ("there", "wrong"),
    [("reliance-80mm", "escpos-80mm"), ("escpos-80mm", "custom-kpm-80mm"), ("custom-kpm-80mm", "escpos-80mm")],
)
def test_a_printer_of_another_profile_does_not_work(there: str, wrong: str) -> None:
    with device_of(profile(there)) as device:
        assert verdict(wrong, device.path, "1.5")["works"] is False
        assert verdict(there, device.path, "8")["works"] is True


@pytest.mark.parametrize(("name", "order"), [("escpos-80mm", "fault junk"), ("a090-8", "fault wrong 9")])
def test_an_answer_that_is_none_is_shown_and_not_called_silence(name: str, order: str) -> None:
    with device_of(profile(name)) as device:
        obey(device, order, words("device", "en"))
        found = verdict(name, device.path, "1.5")
        assert found["works"] is False
        assert "something came" in found["says"][-1], found


@pytest.mark.parametrize("name", ["escpos-80mm", "custom-kpm-80mm", "reliance-80mm", "a090-8", "aabb-sum-8"])
@pytest.mark.parametrize("order", ["fault collision 1", "fault half 1"])
def test_one_answer_amiss_is_asked_for_again(name: str, order: str) -> None:
    with device_of(profile(name)) as device:
        obey(device, order, words("device", "en"))
        assert verdict(name, device.path, "4")["works"] is True


def test_paper_that_ends_under_the_test_slip_is_told_as_that() -> None:
    with device_of(profile("escpos-80mm")) as device:
        assert isinstance(device, VirtualPrinter)
        device.run_out_after(300)
        typed = ["device", "check", "escpos-80mm", "--port", device.path, "--slip", "--seconds", "2", "--json"]
        result = run.invoke(app, [*typed, "--language", "en"], catch_exceptions=False)
        assert result.exit_code == 1
        assert json.loads(result.output)["says"][-1] == "there is no paper"


def test_a_cable_pulled_before_the_answer_is_told_as_that() -> None:
    with device_of(profile("escpos-80mm")) as device:
        assert isinstance(device, VirtualPrinter)
        device.before_answer(device.pull)
        found = verdict("escpos-80mm", device.path, "8")
        assert found["works"] is False
        assert found["says"][-1].startswith("the port broke")
