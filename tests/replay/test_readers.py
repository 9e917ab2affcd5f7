"""The readers of wires, against the product's own encoders as the other side, and against damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from broadcast.audio import write_wav
from hall.dialects import a090, ff68, ff68_pad
from hall.dialects.a090 import Colour
from hall.messages import Catalogue, Issued, ListedPriority
from hall.profile import PrinterProfile
from hall.station.settings import fonts, profile, words
from slips.paper import slip_bytes
from slips.slip import slip
from testbed.readers import paper, ratings, strips, tapes, voices
from testbed.readers.tapes import Piece

NAMES = {("bar", 3): "bar-03", ("keypad", 3): "keypad-03", ("pad", 131): "pad-03"}
BAR = a090.encode(a090.show(3, "请A017到3号窗口 ", Colour.RED))
SHOWN = ff68.encode(ff68.show(3, 4, "017"))
PRESS = ff68.encode(ff68.key_press(3, "12", 0x0F))
ASK = ff68.encode(ff68.start_rating(131))
RATED = ff68_pad.rating(131, 4)
TAKEN = ff68_pad.ack(RATED, "short")


def line(*pieces: tuple[bool, bytes]) -> dict[str, list[Piece]]:
    return tapes.by_device([Piece(float(n), to, data) for n, (to, data) in enumerate(pieces)], NAMES)


def test_a_line_is_taken_apart_however_it_is_cut() -> None:
    host = BAR + SHOWN + ASK + TAKEN
    devices = PRESS + a090.reply(3) + ff68.encode(RATED)
    for size in (1, 2, 5, 100):
        cut = [(True, host[i : i + size]) for i in range(0, len(host), size)]
        cut += [(False, devices[i : i + size]) for i in range(0, len(devices), size)]
        found = line(*cut)
        assert {name: [p.data for p in pieces] for name, pieces in found.items()} == {
            "bar-03": [BAR, a090.reply(3)],
            "keypad-03": [SHOWN, PRESS],
            "pad-03": [ASK, TAKEN, ff68.encode(RATED)],
        }


def test_a_frame_cut_short_does_not_hide_the_next() -> None:
    found = line((True, BAR[:9]), (True, SHOWN + BAR))
    assert [p.data for p in found["keypad-03"]] == [SHOWN]
    assert [p.data for p in found["bar-03"]] == [BAR]
    assert b"".join(p.data for p in found["junk"]) == BAR[:9]


def test_a_bar_reads_as_it_was_lit() -> None:
    (lit,) = strips.read([Piece(5.0, True, BAR)])
    assert (lit.t, lit.text, lit.label, lit.calls) == (5.0, "请A017到3号窗口", "A017", True)
    serving = a090.encode(a090.show(3, "A017 办理中", Colour.GREEN))
    (lit,) = strips.read([Piece(6.0, True, serving)])
    assert (lit.label, lit.calls) == ("A017", False)


def test_ratings_count_what_was_asked_and_taken() -> None:
    asked, pressed, taken = Piece(1, True, ASK), Piece(2, False, ff68.encode(RATED)), Piece(3, True, TAKEN)
    assert [p.value for p in ratings.read([asked, pressed, taken]).pressed] == [4]
    again = ratings.read([asked, pressed, pressed, taken, pressed, taken])
    assert (len(again.pressed), len(again.unasked)) == (1, 1)
    assert len(ratings.read([asked, pressed]).untaken) == 1
    once_more = ratings.read([asked, pressed, pressed, asked, pressed, taken])  # the cable was out when it was taken
    assert (len(once_more.untaken), len(once_more.pressed)) == (1, 1)
    assert not ratings.read([pressed, taken]).pressed


@pytest.mark.parametrize("reprint", [False, True])
def test_a_slip_reads_as_it_was_laid_out(reprint: bool) -> None:
    data = _slip("A017", reprint)
    roll = paper.read([Piece(1, True, b"\x10\x04\x01"), Piece(1, False, b"\x12"), Piece(2, True, data + b"\x1dr\x01")])
    ((began, cut, label, is_reprint, done, priority, lines),) = roll.slips
    assert (began, cut, label, is_reprint, done, priority) == (2, 2, "A017", reprint, None, "")
    assert any("A017" in text for text in lines)
    answered = [Piece(2, True, data + b"\x1dr\x01"), Piece(3, False, b"\x12\x00")]
    assert paper.read(answered).slips[0].done == 3
    news = [Piece(2, True, data + b"\x1dr\x01"), Piece(3, False, b"\x12\x10\x00\x00\x0f"), Piece(4, False, b"\x00")]
    assert paper.read(news).slips[0].done == 4


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_class_on_a_slip_is_read_in_every_language(language: str) -> None:
    data = _slip("A017", priority="elder", language=language)
    assert paper.read([Piece(2, True, data)]).slips[0].priority == "老年人"


def test_a_slip_that_was_torn_is_none() -> None:
    whole, half = _slip("A018"), _slip("A017")
    half = half[: half.index(b"A017") + 40]
    roll = paper.read([Piece(1, True, half), Piece(2, True, b"\x10\x04\x01"), Piece(3, True, whole)])
    assert [slip.label for slip in roll.slips] == ["A018"]
    assert roll.torn == [(1, "A017")]


def test_a_voice_is_heard_by_its_samples(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    rows, clips = [], {}
    texts = ("请", "A", "零", "一", "七", "号到", "十六", "号窗口办理业务")
    for number, text in enumerate(texts):
        clips[text] = chance.integers(-9_000, 9_000, 700 + 13 * number).astype("<i2").tobytes()
        rows.append({"file": f"{number}.wav", "language": "zh", "text": text})
        write_wav(tmp_path / f"{number}.wav", clips[text])
    (tmp_path / "pack.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    once = bytes(300).join(clips[text] for text in texts)
    write_wav(tmp_path / "said.wav", bytes(2_000) + once + bytes(500) + once)
    pack = voices.Pack(tmp_path)
    heard = pack.heard(tmp_path / "said.wav")
    assert [text for _, text in heard] == list(texts) * 2
    assert voices.sentences(heard) == [voices.Sentence("zh", "A017", 16)] * 2
    write_wav(tmp_path / "cut.wav", once[: once.index(clips["十六"]) + 100])
    assert voices.sentences(pack.heard(tmp_path / "cut.wav")) == []


@pytest.mark.parametrize(
    ("text", "value"), [("一", 1), ("十", 10), ("十六", 16), ("二十", 20), ("一百零一", 101), ("16", 16), ("x", -1)]
)
def test_numbers_as_they_are_spoken(text: str, value: int) -> None:
    assert voices.number(text) == value


def _slip(label: str, reprint: bool = False, priority: str = "", language: str = "zh") -> bytes:
    kind = profile("escpos-80mm")
    assert isinstance(kind, PrinterProfile)
    issued = Issued(
        ticket=f"2026-11-23/{label}",
        label=label,
        matter="m",
        issued_at=0,
        ahead=3,
        windows=(1,),
        reprint=reprint,
        priority=priority,
    )
    catalogue = Catalogue(
        rev=0,
        hall="h",
        name="示例大厅",
        utc_offset="+08:00",
        departments=(),
        matters=(),
        zones=(),
        windows=(),
        clerks=(),
        priorities=(ListedPriority(id="elder", name="老年人", english="Elderly"),),
    )
    return slip_bytes(slip(issued, catalogue, words("slip", language), kind.columns, language), kind, fonts().regular)
