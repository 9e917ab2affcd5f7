"""The four-byte number board: the known frame both ways, and a decoder without a header to hold on to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.dialects import BadFrame, Damaged
from hall.dialects.number4 import Decoder, Frame, encode

KNOWN = bytes.fromhex("05 03 E7 EF")
frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 0xFFFF))


def test_the_known_frame_both_ways() -> None:
    assert encode(Frame(5, 999)) == KNOWN
    assert Decoder().feed(KNOWN) == [Frame(5, 999)]
    one_by_one = Decoder()
    assert [heard for byte in KNOWN for heard in one_by_one.feed(bytes([byte]))] == [Frame(5, 999)]


@given(frames)
def test_every_number_comes_back(frame: Frame) -> None:
    assert Decoder().feed(encode(frame)) == [frame]


@settings(max_examples=150)
@given(st.binary(max_size=40), frames.filter(lambda f: f.number > 0), st.lists(st.integers(1, 5), min_size=1))
def test_a_stream_gives_the_same_however_it_is_cut(junk: bytes, frame: Frame, cuts: list[int]) -> None:
    stream = junk + encode(frame) * 3
    whole, decoder, heard = Decoder(), Decoder(), list[Frame | Damaged]()
    wanted = whole.feed(stream) + whole.end()
    for cut in cuts * len(stream):
        heard += decoder.feed(stream[:cut])
        stream = stream[cut:]
    assert heard + decoder.end() == wanted


@pytest.mark.parametrize("junk", [b"\x01", b"\x01\x02", b"\x01\x02\x04", b"\xff" * 3, b"\x20" * 50])
def test_it_is_back_in_step_within_one_good_frame(junk: bytes) -> None:
    heard = Decoder().feed(junk + KNOWN + KNOWN)
    assert heard[-1] == Frame(5, 999)
    assert Decoder().feed(KNOWN + junk + KNOWN)[0] == Frame(5, 999)


def test_damage_is_told() -> None:
    wrong = bytes.fromhex("05 03 E7 EE")
    decoder = Decoder()
    assert decoder.feed(wrong) == []
    assert decoder.feed(KNOWN) == [Damaged(wrong, "checksum"), Frame(5, 999)]
    assert decoder.feed(wrong) == []
    assert decoder.end() == [Damaged(wrong, "checksum")]
    assert decoder.feed(KNOWN[:3]) == []
    assert decoder.end() == [Damaged(KNOWN[:3], "cut short")]
    assert decoder.feed(b"\x01" * 1000)[0] == Damaged(b"\x01" * 16, "checksum")
    assert decoder.held < 20


@pytest.mark.parametrize("frame", [Frame(256, 1), Frame(1, 65536), Frame(1, -1)])
def test_what_does_not_fit_is_refused(frame: Frame) -> None:
    with pytest.raises(BadFrame, match="0–65535"):
        encode(frame)
