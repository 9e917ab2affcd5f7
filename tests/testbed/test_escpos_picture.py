"""The picture of a slip, fed by python-escpos and judged by decoders that know nothing of it."""

import cv2
import numpy as np
import pytest
import zxingcpp
from escpos.printer import Dummy
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from testbed.escpos_commands import MAX_COMMAND, Parser, RealTime
from testbed.escpos_picture import MARGIN, MAX_HEIGHT, Paper, Picture, draw_slip
from testbed.fonts import cjk_font_path, dots_of

LINK = "https://hall.example/q/7f3a9c"


def zh(text: str) -> bytes:
    return b"\x1c\x26" + text.encode("gb18030") + b"\x1c\x2e"


def ticket() -> bytes:
    printer = Dummy()
    printer.hw("INIT")
    printer.set(align="center", bold=True, custom_size=True, width=2, height=2)
    printer._raw(zh("安康市政务服务中心\n"))
    printer.set(align="center", custom_size=True, width=4, height=4)
    printer.text("A017\n")
    printer.set(align="left", custom_size=True, width=1, height=1, bold=False)
    printer._raw(zh("办理事项：社保登记 ￥①℃㎡\n当前等候人数：12人\n"))
    printer.set(align="center")
    printer.qr(LINK, native=True, size=6)
    printer.cut()
    return bytes(printer.output)


def codes_in(picture: Picture) -> tuple[str, list[str]]:
    opencv, _, _ = cv2.QRCodeDetector().detectAndDecode(np.asarray(picture.image))
    return opencv, [code.text for code in zxingcpp.read_barcodes(picture.image)]


def ink(picture: Picture) -> tuple[int, int, int, int]:
    """The box of the ink inside the printed area: left, top, right, bottom."""
    area = picture.image.crop((MARGIN, MARGIN, picture.image.width - MARGIN, picture.image.height - MARGIN))
    box = area.point(lambda grey: 255 * (grey < 128)).getbbox()
    assert box is not None
    return box


def test_a_ticket_is_read_by_independent_decoders() -> None:
    picture = draw_slip(ticket())
    assert codes_in(picture) == (LINK, [LINK])
    written = [line for line in picture.lines if line]
    assert written == ["安康市政务服务中心", "A017", "办理事项：社保登记 ￥①℃㎡", "当前等候人数：12人"]
    assert picture.unknown == ()
    assert picture.image.width == 576 + 2 * MARGIN


@pytest.mark.parametrize("how", ["bitImageRaster", "graphics", "bitImageColumn"])
def test_images_of_python_escpos_are_read_too(how: str) -> None:
    printer = Dummy()
    printer.qr(LINK, native=False, size=6, image_arguments={"impl": how})
    picture = draw_slip(bytes(printer.output), 384)
    assert codes_in(picture) == (LINK, [LINK])
    assert picture.unknown == ()


def test_raster_dots_stand_where_they_were_sent() -> None:
    rows = bytes([0b1000_0001, 0xFF, 0, 0b0001_0000])
    picture = draw_slip(b"\x1dv0\x00\x01\x00\x04\x00" + rows)
    sent = Image.frombytes("1", (8, 4), rows)
    seen = picture.image.crop((MARGIN, MARGIN, MARGIN + 8, MARGIN + 4)).point(lambda grey: 255 * (grey < 128))
    assert ImageChops.difference(sent.convert("L"), seen).getbbox() is None
    twice = draw_slip(b"\x1dv0\x03\x01\x00\x04\x00" + rows)
    assert ink(twice) == (0, 0, 16, 8)


@pytest.mark.parametrize(("align", "left"), [(0, 0), (1, 288 - 24), (2, 576 - 48)])
def test_alignment_and_widths(align: int, left: int) -> None:
    box = ink(draw_slip(bytes([0x1B, 0x61, align]) + zh("田田\n")))
    assert abs(box[0] - left) <= 4
    assert abs(box[2] - left - 48) <= 4


def test_ascii_takes_half_a_chinese_character() -> None:
    assert 0 <= 12 * 10 - ink(draw_slip(b"H" * 10 + b"\n"))[2] <= 3
    assert 0 <= 24 * 10 - ink(draw_slip(zh("田" * 10) + b"\n"))[2] <= 4


def test_sizes_are_whole_multiples() -> None:
    one = ink(draw_slip(zh("田") + b"\n"))
    for command, wide, high in (
        (b"\x1d!\x32", 4, 3),
        (b"\x1b!\x30", 2, 2),
        (b"\x1c!\x04", 2, 1),
        (b"\x1cW\x01", 2, 2),
    ):
        box = ink(draw_slip(command + zh("田") + b"\n"))
        assert (box[2] - box[0], box[3] - box[1]) == ((one[2] - one[0]) * wide, (one[3] - one[1]) * high)


def test_bold_has_more_ink_and_reverse_has_ground() -> None:
    def amount(data: bytes) -> int:
        return int((np.asarray(draw_slip(data).image) < 128).sum())

    assert amount(b"\x1bE\x01" + zh("福\n")) > amount(zh("福\n")) > 50
    assert amount(b"\x1dB\x01" + zh("福\n")) + amount(zh("福\n")) == 24 * 24
    assert amount(b"\x1b-\x01A\n") > amount(b"A\n")


def test_long_lines_wrap_at_the_paper() -> None:
    assert draw_slip(b"8" * 50 + b"\n").lines == ("8" * 48, "88")
    assert draw_slip(zh("号" * 17 + "\n"), 384).lines == ("号" * 16, "号")


def test_the_font_is_a_chinese_one() -> None:
    assert cjk_font_path().is_file()
    glyphs = {char: dots_of(char, 1, 1).tobytes() for char in "号票窗口A"}
    assert len(set(glyphs.values())) == 5  # a font without them draws the same box for each


def test_feeds() -> None:
    height = draw_slip(b"A\n").image.height
    assert draw_slip(b"A\n\x1bd\x03").image.height == height + 3 * 30
    assert draw_slip(b"A\n\x1bJ\x0a").image.height == height + 10
    assert draw_slip(b"\x1b3\x40A\nA\n").image.height == height - 30 + 2 * 64
    assert draw_slip(b"A\n\x1dVB\x14").image.height == height + 20


def test_chinese_with_and_without_its_mode() -> None:
    plain = "受理".encode("gb18030")
    assert draw_slip(plain + b"\n").lines == ("受理",)
    assert draw_slip(b"\x1c\x2e" + plain + b"\n").lines == (plain.decode("cp437"),)
    assert draw_slip(b"\x1c\x2e\x1b@" + plain + b"\n").lines == ("受理",)
    assert draw_slip("㐀\n".encode("gb18030")).lines == ("㐀",)  # four bytes


@pytest.mark.parametrize(
    ("data", "unknown"),
    [
        (b"\x1d\x6f", b"\x1d\x6f"),
        (b"\x1b\x01", b"\x1b\x01"),
        (b"\x07", b"\x07"),
        (b"\x1bM\x01", b"\x1bM\x01"),  # font B is not drawn, so it is not drawn as font A either
        (b"\x1dkI\x0212", b"\x1dkI\x0212"),
        (b"\x1d(k\x03\x00\x31\x51\x30", b"\x1d(k\x03\x00\x31\x51\x30"),  # nothing was stored
        (b"\xff\xff", b"\xff\xff"),
    ],
)
def test_what_is_not_drawn_is_named(data: bytes, unknown: bytes) -> None:
    picture = draw_slip(b"A" + data + b"B\n")
    assert picture.unknown == (unknown,)
    assert picture.lines == ("AB",)


def test_drawer_and_code_page_are_passed_over() -> None:
    picture = draw_slip(b"\x1bp\x00\x19\xfa\x1bt\x00A\n\x1dV\x00")
    assert (picture.lines, picture.unknown) == (("A",), ())


def test_paper_without_end_is_drawn_up_to_a_limit() -> None:
    picture = draw_slip(b"\x1b3\xff" + b"\x1bd\xff" * 3 + b"A\n")
    assert picture.image.height == MAX_HEIGHT + 2 * MARGIN
    assert picture.unknown == (b"\x1bd\xff", b"\x1bd\xff", b"A", b"\n")


def test_styles_outlive_a_cut_and_a_line_does_not_outlive_a_reset() -> None:
    paper = Paper(576)
    for command in Parser().feed(b"\x1ba\x02A\nB"):
        paper.run(command)
    assert paper.tear().lines == ("A", "B")
    for command in Parser().feed(b"C\n"):
        paper.run(command)
    assert ink(paper.tear())[2] > 560
    for command in Parser().feed(b"lost\x1b@D\n"):
        paper.run(command)
    third = paper.tear()
    assert third.lines == ("D",)
    assert ink(third)[2] < 12


@settings(max_examples=40)
@given(st.lists(st.integers(1, 40), max_size=30))
def test_commands_are_the_same_however_they_arrive(cuts: list[int]) -> None:
    data = ticket()
    whole = Parser().feed(data)
    assert b"".join(command.raw for command in whole) == data
    parser, pieces = Parser(), []
    for cut in cuts:
        pieces += parser.feed(data[:cut])
        data = data[cut:]
    assert pieces + parser.feed(data) == whole
    assert parser.pending == b""


@settings(max_examples=80)
@given(st.binary(max_size=200))
def test_no_byte_is_lost_or_made_up(data: bytes) -> None:
    parser = Parser()
    commands = parser.feed(data)
    assert b"".join(command.raw for command in commands) + parser.pending == data
    assert all(len(command.raw) <= MAX_COMMAND for command in commands)


COMMAND_HEADS = [
    b"\x1d(k",
    b"\x1d(L",
    b"\x1d8L",
    b"\x1dv0",
    b"\x1b*!",
    b"\x1dV",
    b"\x1bD",
    b"\x1dk",
    b"\x1b$",
    b"\x1dL",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(COMMAND_HEADS) | st.binary(max_size=4), max_size=12), st.binary(max_size=40))
def test_nonsense_is_drawn_or_named_but_never_breaks_the_printer(pieces: list[bytes], tail: bytes) -> None:
    picture = draw_slip(b"".join(pieces) + tail + b"\n" * 3)
    assert picture.image.width == 576 + 2 * MARGIN


def test_questions_are_heard_anywhere_but_in_dots() -> None:
    def asked(data: bytes) -> list[int]:
        parser, ears, heard = Parser(), RealTime(), []
        for byte in data:
            n = ears.feed(byte, in_payload=parser.in_payload)
            parser.feed(bytes([byte]))
            heard += [n] if n else []
        return heard

    question = b"\x10\x04\x02"
    assert asked(b"A" + question + b"B" + question) == [2, 2]
    assert asked(b"\x1d" + question + b"\x10\x04\x05") == [2]
    assert asked(b"\x1dv0\x00\x03\x00\x02\x00" + question * 2) == []
    assert asked(b"\x1dv0\x00\x03\x00\x02\x00" + question * 2 + question) == [2]
