"""The FF 68 codec: the known frames both ways, and a decoder that nothing on the line puts out of step."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hall.dialects import BadFrame, ff68
from hall.dialects.ff68 import Cells, Damaged, Decoder, Frame, Key, KeyString, encode

# Built from the literals of public code; no capture of a real line exists.
KNOWN = {
    "FF 68 03 03 68 01 01 0C 0E 16": ff68.key_press(1, "", Key.CALL),
    "FF 68 08 08 68 01 02 0A 0A 0A 00 02 03 26 16": ff68.show(1, None, "023"),
    "FF 68 02 02 68 01 03 04 16": ff68.beep(1),
    "FF 68 03 03 68 01 11 03 15 16": Frame(1, 0x11, b"\x03"),
}
BAR_TRAFFIC = bytes.fromhex("A0 90 01 A5 00 07 C7 EB 00 41 00 31 00 FF")  # ends in FF, as bar frames may
JUNK = {
    "bar frame": BAR_TRAFFIC,
    "bar frame with a header in its text": bytes.fromhex("A0 90 01 A5 00 04 FF 68 03 03 68 99"),
    "header that claims the longest frame": bytes.fromhex("FF 68 20 20 68"),
    "header that claims too much": bytes.fromhex("FF 68 FF FF 68 01"),
    "two lengths": bytes.fromhex("FF 68 03 04 68 01 01 0C 0E 16"),
    "cut short": bytes.fromhex("FF 68 03 03 68 01"),
    "only FF": b"\xff" * 40,
    "FF 68 over and over": b"\xff\x68" * 40,
    "noise": bytes(range(256)),
}

frames = st.builds(
    Frame,
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(max_size=20).filter(lambda data: b"\xff" not in data),
)


@pytest.mark.parametrize(("text", "frame"), KNOWN.items())
def test_known_frames_both_ways(text: str, frame: Frame) -> None:
    data = bytes.fromhex(text)
    assert encode(frame) == data
    assert Decoder().feed(data) == [frame]
    one_by_one = Decoder()
    assert [heard for byte in data for heard in one_by_one.feed(bytes([byte]))] == [frame]


@pytest.mark.parametrize(
    ("frame", "digits", "key"),
    [
        (ff68.key_press(3, "", Key.RECALL), "", 0x0D),
        (ff68.key_press(3, "05", Key.CONFIRM), "05", 0x0F),
        (ff68.key_press(3, "1024", Key.TRANSFER), "1024", 0x13),
    ],
)
def test_digits_and_key(frame: Frame, digits: str, key: int) -> None:
    assert ff68.keys_of(frame) == KeyString(digits, key)
    assert ff68.ack(frame) == frame


@pytest.mark.parametrize("frame", [Frame(1, 1), Frame(1, 1, b"\x05"), Frame(1, 1, b"\x0c\x0c"), Frame(1, 2, b"\x0c")])
def test_what_is_no_key_string(frame: Frame) -> None:
    with pytest.raises(BadFrame, match="no key string"):
        ff68.keys_of(frame)


def test_what_a_keypad_shows() -> None:
    assert ff68.shown_by(ff68.show(1, 7, "23")) == Cells("  7", " 23")
    assert ff68.shown_by(ff68.show(1, 1200, "")) == Cells("999", "   ")
    assert ff68.shown_by(ff68.done(1)) is True
    assert ff68.shown_by(ff68.failed(1)) is False
    assert encode(ff68.failed(1)) == bytes.fromhex("FF 68 03 03 68 01 02 00 03 16")
    assert ff68.value_of(Frame(1, 0x11, b"\x03")) == 3
    assert encode(ff68.start_rating(1)) == bytes.fromhex("FF 68 03 03 68 01 01 0B 0D 16")
    for wrong in (Frame(1, 2, b"\x02"), Frame(1, 2, b"\x00" * 5), Frame(1, 2, b"\x0b" * 6), Frame(1, 3)):
        with pytest.raises(BadFrame):
            ff68.shown_by(wrong)
    with pytest.raises(BadFrame, match="three cells"):
        ff68.show(1, 0, "1234")
    with pytest.raises(BadFrame, match="digits 0–9"):
        ff68.show(1, 0, "A17")


@pytest.mark.parametrize("frame", [Frame(256, 1), Frame(1, -1), Frame(1, 1, bytes(31))])
def test_what_fits_no_frame(frame: Frame) -> None:
    with pytest.raises(BadFrame, match="do not fit"):
        encode(frame)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("FF 68 03 03 68 01 01 0C 0F 16", "checksum"),
        ("FF 68 03 03 68 01 01 0C 0E 17", "end byte"),
        ("FF 68 03 04 68", "length"),
        ("FF 68 03 03 69", "length"),
        ("FF 68 01 01 68", "length"),
        ("FF 68 21 21 68", "length"),
    ],
)
def test_damage_is_told_with_its_bytes(text: str, reason: str) -> None:
    data = bytes.fromhex(text)
    decoder = Decoder()
    assert decoder.feed(data) == [Damaged(data, reason)]
    good = Frame(1, 1, b"\x0c")
    assert decoder.feed(encode(good)) == [good]


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("frame", KNOWN.values(), ids=KNOWN)
def test_no_good_frame_is_lost_in_junk(junk: bytes, frame: Frame) -> None:
    data = junk + encode(frame) + junk + encode(frame) + encode(frame) + junk
    heard = Decoder().feed(data)
    assert [h for h in heard if isinstance(h, Frame)] == [frame] * 3
    one_by_one = Decoder()
    assert list(itertools.chain(*(one_by_one.feed(bytes([byte])) for byte in data))) == heard


def test_a_frame_cut_short_by_another_is_told() -> None:
    good = ff68.key_press(2, "", Key.CALL)
    first, second = Decoder().feed(bytes.fromhex("FF 68 20 20 68 01") + encode(good))
    assert first == Damaged(bytes.fromhex("FF 68 20 20 68 01"), "cut short")
    assert second == good


def test_what_the_end_of_the_stream_leaves_unfinished_is_told() -> None:
    decoder = Decoder()
    begun = bytes.fromhex("FF 68 03 03 68 01")
    assert decoder.feed(b"\x00" + begun) == []
    assert decoder.end() == [Damaged(begun, "cut short")]
    assert decoder.feed(encode(Frame(1, 3))) == [Frame(1, 3)]
    assert decoder.feed(b"\xff") == decoder.end() == []


def test_header_inside_good_data_is_no_damage() -> None:
    frame = Frame(1, 2, bytes.fromhex("FF 68 01 02 03"))
    assert Decoder().feed(encode(frame)) == [frame]


@settings(max_examples=60)
@given(st.lists(frames, min_size=1, max_size=5), st.lists(st.integers(1, 9), max_size=30))
def test_frames_come_back_however_they_are_cut(sent: list[Frame], cuts: list[int]) -> None:
    data = b"".join(map(encode, sent))
    decoder, heard = Decoder(), []
    for cut in cuts:
        heard += decoder.feed(data[:cut])
        data = data[cut:]
    assert heard + decoder.feed(data) == sent


@settings(max_examples=100)
@given(
    st.binary(max_size=80) | st.lists(st.sampled_from([0xFF, 0x68, 3, 0x16, 0]), max_size=80).map(bytes),
    frames,
)
def test_one_good_frame_is_enough_to_be_back_in_step(junk: bytes, frame: Frame) -> None:
    heard = Decoder().feed(junk + encode(frame))
    assert heard[-1] == frame


@settings(max_examples=60)
@given(frames, st.integers(0, 200), st.integers(1, 255))
def test_one_wrong_byte_is_never_taken_for_the_frame(frame: Frame, place: int, change: int) -> None:
    data = bytearray(encode(frame))
    data[place % len(data)] ^= change
    assert frame not in Decoder().feed(bytes(data))


def test_endless_noise_is_not_kept() -> None:
    decoder = Decoder()
    for _ in range(200):
        decoder.feed(b"\xff\x68\x20\x20\x68\xff" * 8)
    assert decoder.held < 2 * (ff68.MAX_LENGTH + 7)
