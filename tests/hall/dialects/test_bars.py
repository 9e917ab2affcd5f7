"""All bar dialects through one door: what a text becomes, and what the bar understands of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hall.dialects import Damaged, a090, bars, number4
from hall.dialects.a090 import Colour
from hall.dialects.bars import Asks, Lights
from hall.profile import BarProfile
from hall.station.settings import profiles

BARS = {name: found for name, found in profiles().items() if isinstance(found, BarProfile)}


@pytest.mark.parametrize("name", BARS)
def test_what_is_sent_is_what_the_bar_reads(name: str) -> None:
    codec = bars.codec(BARS[name])
    text = "请A017到3号窗口"
    heard = list(codec.decoder().feed(codec.show(3, text, Colour.RED) + codec.probe(3)))
    meant = [codec.meaning(frame) for frame in heard if not isinstance(frame, Damaged)]
    assert len(meant) == len(heard)
    lights = meant[0]
    assert isinstance(lights, Lights)
    assert lights.addr == 3
    assert lights.text == ("17" if BARS[name].dialect == "number4" else text)
    asks = BARS[name].dialect.startswith("aabb") and BARS[name].reply_timeout_ms > 0
    assert meant[1:] == ([Asks(3)] if asks else [])


@pytest.mark.parametrize("name", BARS)
def test_a_reply_is_counted_however_it_is_cut(name: str) -> None:
    counter, reply = bars.replies(BARS[name]), bars.codec(BARS[name]).reply(3)
    if counter is None:
        assert BARS[name].reply_timeout_ms == 0
        return
    assert sum(counter.feed(bytes([byte])) for byte in (reply + b"\x00") * 2) == 2
    assert counter.feed(reply * 3) == 3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("请A999号到2号窗口", 999),
        ("  A017 办理中 ", 17),
        ("3号窗口空闲", 0),
        ("空闲", 0),
        (" 88 ", 88),
        ("AB12345", 345),
    ],
)
def test_a_board_shows_the_number_of_the_ticket_and_no_other(text: str, number: int) -> None:
    board = bars.codec(BARS["number4-3"])
    assert board.show(5, text, Colour.GREEN) == number4.encode(number4.Frame(5, number))


@pytest.mark.parametrize(("text", "shown"), [("A65535", "65535"), ("A65536", "5536"), ("A99999", "9999"), ("12", "12")])
def test_five_digits_are_shown_as_far_as_a_frame_can_count(text: str, shown: str) -> None:
    board = replace(BARS["number4-3"], digits=5)
    assert bars.shown_of(board, text) == shown
    assert bars.codec(board).show(5, text, Colour.RED) == number4.encode(number4.Frame(5, int(shown)))


def test_digits_without_end_are_no_trouble() -> None:
    assert bars.shown_of(BARS["number4-3"], "A" + "7" * 10_000) == "777"


def test_colours_reach_the_bar_where_the_frame_has_them() -> None:
    codec = bars.codec(BARS["a090-8"])
    (frame,) = codec.decoder().feed(codec.show(1, "空闲", Colour.GREEN))
    assert isinstance(frame, a090.Frame)
    assert codec.meaning(frame) == Lights(1, (("空", Colour.GREEN), ("闲", Colour.GREEN)))
