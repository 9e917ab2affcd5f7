"""Every known frame of every dialect in streams: whole, byte by byte, with junk before, between and after."""

from __future__ import annotations

from typing import Any

import pytest

from hall.dialects import Damaged
from tests.fuzz.targets import PROFILES, decoder_of
from tests.hall.dialects.known import ANSWERS, FRAMES

# What a shared line carries besides: other dialects' frames and headers of their own, broken off and damaged.
JUNK = {
    "silence": bytes(7),
    "ones": b"\xff" * 7,
    "headers": bytes.fromhex("FF68 A090 AABB 10 68 0202 AA05BB5154"),
    "a bar's frame": bytes.fromhex("A090 01 A5 0007 C7EB00 4100 3100 FF"),
    "a keypad's frame, damaged": bytes.fromhex("FF68 0303 68 01 01 0C 0F 16"),
    "half a frame": bytes.fromhex("FF68 0808 68 01"),
    "replies": bytes.fromhex("01 A5AA 1B 12"),
}
CASES = [(name, bytes.fromhex(data)) for name, data, _ in FRAMES]
# An answer in order may as well go on an automatic status that junk has begun: only who asked can tell.
CASES += [(name, bytes.fromhex(data)) for name, data, question, _ in ANSWERS if question != "in_order"]
# Told to a printer, not said by one: the printer's side is read by testbed.escpos_commands.
CASES = [(name, data) for name, data in CASES if not (data[0] == 0x1D or data[:2] == b"\x10\x04")]


def heard(name: str, *pieces: bytes) -> list[Any]:
    decoder = decoder_of(PROFILES[name])
    return [frame for piece in pieces for frame in decoder.feed(piece)]


def times_heard(found: list[Any], frame: Any) -> int:
    return sum(one == frame for one in found)


@pytest.mark.parametrize(("name", "data"), CASES)
def test_whole_and_byte_by_byte(name: str, data: bytes) -> None:
    (frame,) = heard(name, data)
    assert not isinstance(frame, Damaged)
    assert heard(name, *(bytes([byte]) for byte in data * 3)) == [frame] * 3


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize(("name", "data"), CASES)
def test_with_junk_before_between_and_after(name: str, data: bytes, junk: bytes) -> None:
    (frame,) = heard(name, data)
    stream = junk + data * 2 + junk + data * 2 + junk
    whole = heard(name, stream)
    # One frame may be lost to junk that ends like its beginning; the next one never.
    assert times_heard(whole, frame) >= 2
    assert times_heard(heard(name, junk + data * 2), frame) >= 1
    assert heard(name, *(bytes([byte]) for byte in stream)) == whole


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("name", ["ff68-21key-a", "a090-8", "aabb-sum-8", "aabb-xor-8"])
def test_dialects_with_header_and_checksum_lose_no_frame_at_all(name: str, junk: bytes) -> None:
    data = next(data for known, data in CASES if known == name)
    (frame,) = heard(name, data)
    found = heard(name, junk + data + junk + data + data + junk)
    strangers = name == "a090-8" and junk == data
    assert times_heard(found, frame) == (6 if strangers else 3)
