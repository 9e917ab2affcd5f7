"""Judges from outside: receiptline's bytes for the same Chinese lines, and two readers for the codes on whole slips.

receiptline (npm, Apache-2.0) is another maker of ESC/POS; its output is recorded in judges/receiptline.json, so that no
test needs npm.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from hall.profile import PrinterProfile
from hall.station.settings import fonts, profile, profiles
from slips.paper import CHINESE_OFF, CHINESE_ON, slip_bytes
from slips.slip import Line, Slip, follow_link, slip
from testbed.escpos_picture import Picture, draw_slip
from tests.kiosk.made import catalogue, issued, kiosk_words

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "judges/receiptline.json").read_text("utf-8"))
PRINTERS = {name: found for name, found in profiles().items() if isinstance(found, PrinterProfile)}
ASKS = {b"\x1dr1"}  # a question, nothing to draw
FOLLOW = "https://hall.example.gov.cn/q"


def payload(data: bytes) -> bytes:
    """The Chinese text of a job: from 1C 26 to the end of its line."""
    _, _, rest = data.partition(CHINESE_ON)
    return rest.partition(b"\n")[0].removesuffix(CHINESE_OFF)


def codes_in(picture: Picture) -> tuple[str, list[str]]:
    opencv, _, _ = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture.image))
    return opencv, [code.text for code in zxingcpp.read_barcodes(picture.image)]


@pytest.mark.parametrize("line", RECORDED["lines"], ids=lambda line: line["text"])
def test_every_chinese_line_of_a_slip_is_what_receiptline_makes_of_it(line: dict[str, str]) -> None:
    to = profile("escpos-80mm")
    assert isinstance(to, PrinterProfile)
    ours = slip_bytes(Slip((Line(line["text"]),), 48), to, fonts().regular)
    theirs = bytes.fromhex(line["hex"])
    assert payload(ours) == payload(theirs) != b""


def test_what_receiptline_sends_is_read_by_our_paper() -> None:
    for line in RECORDED["lines"]:
        picture = draw_slip(bytes.fromhex(line["hex"]), 576)
        assert line["text"] in [seen.strip() for seen in picture.lines]
        assert set(picture.unknown) <= ASKS
    for code in RECORDED["codes"]:
        picture = draw_slip(bytes.fromhex(code["hex"]), 576)
        assert codes_in(picture) == (code["content"], [code["content"]])


@pytest.mark.parametrize("name", PRINTERS)
def test_the_code_on_a_slip_of_every_printer_is_read_by_both(name: str) -> None:
    to = PRINTERS[name]
    hall = catalogue(follow_url=FOLLOW)
    data = slip_bytes(slip(issued(), hall, kiosk_words("slip")["zh"], to.columns), to, fonts().regular)
    picture = draw_slip(data, to.width_dots)
    assert picture.unknown == ()
    link = follow_link(issued(), hall)
    assert codes_in(picture) == (link, [link])
