"""The A0 90 codec: the known frame both ways, and a decoder that nothing on the line puts out of step."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.dialects import BadFrame, Damaged, a090, ff68
from hall.dialects.a090 import MAX_DATA, Colour, Command, Decoder, Frame, encode, lit_by, show
from hall.dialects.bars import Replies

# Built from the literals of public code; no capture of a real line exists.
KNOWN = bytes.fromhex("A0 90 01 A5 00 07 C7 EB 00 41 00 31 00 FF")
KNOWN_FRAME = show(1, "请A1", Colour.RED)
JUNK = {
    "keypad frame": ff68.encode(ff68.show(1, 12, "023")),
    "header that claims the longest text": bytes.fromhex("A0 90 01 A5 00 FE"),
    "header that claims too much": bytes.fromhex("A0 90 01 A5 00 FF"),
    "a length above 255": bytes.fromhex("A0 90 01 A5 01 07"),
    "unknown command": bytes.fromhex("A0 90 01 B0 00 07"),
    "wrong xor": KNOWN[:-1] + b"\x00",
    "cut short": KNOWN[:9],
    "only the header": b"\xa0\x90",
    "A0 over and over": b"\xa0" * 30,
    "headers over and over": b"\xa0\x90" * 30,
    "a bar's reply": a090.reply(1),
    "noise": bytes(range(256)),
}
frames = st.builds(
    Frame,
    st.integers(0, 255).filter(lambda addr: addr != 0x90),
    st.sampled_from([Command.SHOW, Command.SHOW_STORED, Command.STORE]),
    st.binary(max_size=40).filter(lambda data: b"\xa0" not in data),
)


def test_the_known_frame_both_ways() -> None:
    assert encode(KNOWN_FRAME) == KNOWN
    assert Decoder().feed(KNOWN) == [KNOWN_FRAME]
    one_by_one = Decoder()
    assert [heard for byte in KNOWN for heard in one_by_one.feed(bytes([byte]))] == [KNOWN_FRAME]
    assert lit_by(KNOWN_FRAME) == (("请", Colour.RED), ("A", Colour.RED), ("1", Colour.RED))


@pytest.mark.parametrize("what", JUNK)
def test_the_frame_behind_junk_is_heard_with_its_last_byte(what: str) -> None:
    decoder = Decoder()
    decoder.feed(JUNK[what])
    before = [h for h in decoder.feed(KNOWN[:-1]) if isinstance(h, Frame)]
    assert before == []
    assert [h for h in decoder.feed(KNOWN[-1:]) if isinstance(h, Frame)] == [KNOWN_FRAME]
    assert decoder.feed(KNOWN) == [KNOWN_FRAME]


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (JUNK["keypad frame"], []),
        (JUNK["wrong xor"], ["xor"]),
        (JUNK["unknown command"], ["command"]),
        (JUNK["a length above 255"], ["length"]),
        (JUNK["header that claims too much"], ["length"]),
        (JUNK["cut short"] + KNOWN, ["xor"]),
        (JUNK["header that claims the longest text"] + KNOWN, ["cut short"]),
        (a090.reply(7) + KNOWN, []),
    ],
)
def test_damage_is_told_once_with_its_reason(data: bytes, reasons: list[str]) -> None:
    assert [heard.reason for heard in Decoder().feed(data) if isinstance(heard, Damaged)] == reasons


@given(st.lists(frames, max_size=5), st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_frames_come_out_however_the_stream_is_cut(sent: list[Frame], sizes: list[int]) -> None:
    stream = b"".join(map(encode, sent))
    decoder, heard, cuts = Decoder(), list[Frame | Damaged](), itertools.cycle(sizes)
    while stream:
        size = next(cuts)
        heard += decoder.feed(stream[:size])
        stream = stream[size:]
    assert [h for h in heard if isinstance(h, Frame)] == sent


@given(st.binary(max_size=600))
def test_noise_never_breaks_it_and_it_holds_little(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise)
    assert decoder.held <= MAX_DATA + 7
    assert KNOWN_FRAME in decoder.feed(bytes(300) + KNOWN)


@given(
    st.text(st.sampled_from("请到号窗口办理中暂停服务 A0123456789鱼→〓"), max_size=60),
    st.sampled_from(Colour),
)
def test_text_and_colour_come_back(text: str, colour: Colour) -> None:
    assert lit_by(show(9, text, colour)) == tuple((char, colour) for char in text)


def test_a_frame_holds_254_bytes_and_no_more() -> None:
    assert len(encode(show(1, "1" * 127, Colour.RED))) == MAX_DATA + 7
    with pytest.raises(BadFrame, match="at most 254"):
        show(1, "1" * 128, Colour.RED)
    with pytest.raises(BadFrame, match="at most 254"):
        encode(Frame(1, Command.SHOW, bytes(255)))
    with pytest.raises(BadFrame, match="0–255"):
        encode(Frame(256, Command.SHOW))


@pytest.mark.parametrize("char", ["𠮷", "镕", "\n", "\x7f", "ñ", "😀"])
def test_characters_without_dots_are_refused(char: str) -> None:
    assert not a090.is_known(char)
    with pytest.raises(BadFrame, match="no dots"):
        show(3, f"请{char}", Colour.RED)


@pytest.mark.parametrize("data", ["C7", "C7 EB", "41", "C7 EB 03", "41 00 31", "FF FF 00"])
def test_data_that_are_no_pairs_are_refused(data: str) -> None:
    with pytest.raises(BadFrame, match="bar 1"):
        lit_by(Frame(1, Command.SHOW, bytes.fromhex(data)))


def test_other_commands_show_no_text() -> None:
    with pytest.raises(BadFrame, match="A1 shows no text"):
        lit_by(Frame(1, Command.SHOW_STORED, b"\x01"))


@given(st.lists(st.sampled_from([b"\xa5\xaa", b"\x01\xa5\xaa", b"\xa5", b"\x00", KNOWN]), max_size=12))
def test_replies_are_counted_however_the_stream_is_cut(parts: list[bytes]) -> None:
    stream = b"".join(parts)
    one_by_one, at_once = Replies(a090.REPLY_END), Replies(a090.REPLY_END)
    count = stream.count(b"\xa5\xaa")
    assert sum(one_by_one.feed(bytes([byte])) for byte in stream) == at_once.feed(stream) == count
