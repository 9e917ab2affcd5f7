"""The AA BB codec in its two dialects: the known frames both ways, and what it refuses."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hall.dialects import BadFrame, Damaged, aabb, xor_of
from hall.dialects.aabb import MAX_TEXT, Check, Decoder, Look, Probe, Text, encode, show, text_of

BAR = Look(effect=0x01, speed=0x00, stay=0x99, colour=0x00, valid=0x63)
HEAD = b"\xaa\x05\xbb\x51\x54"
CHECKS: tuple[Check, ...] = ("sum", "sum with end", "xor")
texts = st.builds(
    Text,
    st.integers(0, 255),
    st.builds(Look, *[st.integers(0, 255)] * 5),
    st.binary(max_size=MAX_TEXT).map(lambda data: data.replace(b"\xff", b"\xfe")),
)


@pytest.mark.parametrize(
    ("data", "check", "frame", "text"),
    [
        (
            "AA 05 BB 51 54 A1 01 00 99 00 63 C7EB 41303031 B5BD 33 BAC5 B4B0 BFDA FF",
            "sum with end",
            (5, BAR),
            "请A001到3号窗口",
        ),
        ("AA 01 BB 51 54 D5 0B 07 63 01 63 BFD5 B3B5 FF", "sum", (1, Look(0x0B, 7, 99, 1, 99)), "空车"),
        (
            "AA 01 BB 51 54 72 01 00 00 02 63 4142 BBB6 D3AD B9E2 C1D9 3132 FF",
            "sum",
            (1, Look(1, 0, 0, 2, 99)),
            "AB欢迎光临12",
        ),
    ],
)
def test_frames_of_public_code_both_ways(data: str, check: Check, frame: tuple[int, Look], text: str) -> None:
    wanted = show(frame[0], text, frame[1])
    assert encode(wanted, check) == bytes.fromhex(data)
    assert Decoder(check).feed(bytes.fromhex(data)) == [wanted]
    assert text_of(wanted) == text


def test_probe_and_answer() -> None:
    assert encode(Probe(5), "sum") == b"\xaa\x05\x55"
    assert Decoder("xor").feed(b"\xaa\x05\x55") == [Probe(5)]
    assert aabb.alive() == b"\x1b"


def test_a_text_that_holds_a_probe_is_cut_short_by_it_and_the_next_is_heard() -> None:
    frame = Text(5, BAR, b"\xca\xaa1U")  # …1U behind a hanzi whose second byte is AA
    decoder = Decoder("xor")
    assert Probe(0x31) in decoder.feed(encode(frame, "xor"))
    assert decoder.feed(encode(show(5, "请A001", BAR), "xor"))[-1] == show(5, "请A001", BAR)


@settings(max_examples=150)
@given(texts, st.sampled_from(CHECKS), st.binary(max_size=20))
def test_any_text_comes_back_behind_any_junk(frame: Text, check: Check, junk: bytes) -> None:
    data = encode(frame, check)
    assume(re.search(rb"\xaa.\x55", data[1:], re.DOTALL) is None)
    assert Decoder(check).feed(data) == [frame]
    decoder = Decoder(check)
    decoder.feed(junk)
    decoder.feed(data)  # AA before a frame to bar 55 is a probe of bar AA: one frame may be lost, never two
    assert decoder.feed(data)[-1] == frame


@settings(max_examples=100)
@given(texts, st.sampled_from(CHECKS), st.integers(0, 300), st.integers(1, 255))
def test_one_wrong_byte_is_never_taken_for_the_frame(frame: Text, check: Check, place: int, change: int) -> None:
    data = bytearray(encode(frame, check))
    data[place % len(data)] ^= change
    assert frame not in Decoder(check).feed(bytes(data))


SOME = st.lists(st.sampled_from([b"\xff", b"\x00", b"\x23", b"\x98"]), min_size=5, max_size=9).map(b"".join)


@given(st.lists(st.tuples(SOME, st.booleans()), min_size=1, max_size=4), st.sampled_from(CHECKS))
def test_every_frame_that_is_found_can_be_said(bodies: list[tuple[bytes, bool]], check: Check) -> None:
    wire = b""
    for body, twice in bodies:  # with a check that is right, whatever the body is
        end = b"\xff\xff" if twice else b"\xff"
        total = sum(body) + (0xFF if check == "sum with end" else 0) & 0xFF
        wire += HEAD + (body + bytes([xor_of(body)]) if check == "xor" else bytes([total]) + body) + end
    for frame in Decoder(check).feed(wire):
        if not isinstance(frame, Damaged):
            assert Decoder(check).feed(encode(frame, check)) == [frame]


def test_an_xor_of_ff_is_not_the_end() -> None:
    look = Look(effect=0x9E, speed=0, stay=0, colour=0, valid=0)
    frame = Text(1, look, b"a")
    data = encode(frame, "xor")
    assert data.endswith(b"a\xff\xff")
    decoder = Decoder("xor")
    assert [heard for byte in data for heard in decoder.feed(bytes([byte]))] == [frame]
    assert Decoder("xor").feed(data[:-1] + b"\x00") == [Damaged(data[:-1] + b"\x00", "xor")]


@pytest.mark.parametrize(
    ("data", "check", "reason"),
    [
        (HEAD + bytes.fromhex("A2 01 00 99 00 63 41 FF"), "sum", "checksum"),
        (HEAD + bytes.fromhex("01 00 99 00 63 41 00 FF"), "xor", "xor"),
        (HEAD + bytes.fromhex("01 00 99 00 63 FF 23 27 FF"), "xor", "text"),
        (HEAD + bytes.fromhex("01 00 99 00 63 FF FB FF FF"), "xor", "text"),
        (b"\xaa\x05\xbb\x51\x44", "sum", "command"),
        (HEAD + bytes(MAX_TEXT + 8), "sum", "length"),
        (HEAD + bytes(MAX_TEXT + 7), "xor", "length"),
    ],
)
def test_damage_is_told_with_its_reason(data: bytes, check: Check, reason: str) -> None:
    decoder = Decoder(check)
    assert [h.reason for h in decoder.feed(data) if isinstance(h, Damaged)] == [reason]
    assert decoder.feed(encode(Probe(1), check)) == [Probe(1)]


def test_what_does_not_fit_is_refused() -> None:
    assert len(encode(Text(1, BAR, b"1" * MAX_TEXT), "xor")) == MAX_TEXT + 12
    with pytest.raises(BadFrame, match="at most 200"):
        encode(Text(1, BAR, b"1" * (MAX_TEXT + 1)), "sum")
    with pytest.raises(BadFrame, match="none of them FF"):
        encode(Text(1, BAR, b"\xff"), "sum")
    with pytest.raises(BadFrame, match="0–255"):
        encode(Probe(256), "sum")
    with pytest.raises(BadFrame, match="no dots for '镕'"):
        show(1, "请镕", BAR)
    with pytest.raises(BadFrame, match="shorten"):
        show(1, "请" * 101, BAR)
    with pytest.raises(BadFrame, match="no text"):
        text_of(Text(1, BAR, b"\xc7"))
