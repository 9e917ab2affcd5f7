"""How a call is put into words and clips, and how eSpeak reads those words."""

from __future__ import annotations

import pytest

from broadcast.utterance import LAST_WINDOW, all_clips, call_of, clips_of, emergency_of, number_words
from broadcast.values import Tone
from hall.messages import EmergencyState
from tests.broadcast.espeak import espeak
from tests.broadcast.made import call, manner, wording_of


def texts(*languages: str, label: str = "A017", window: int = 16) -> list[list[str]]:
    said = call_of(call(label, window, repeats=1), manner(*languages))
    return [[clip.text for clip in sentence.clips] for sentence in said.sentences]


def test_a_call_is_spelled_digit_by_digit_and_the_window_is_a_number() -> None:
    assert texts("zh") == [["请", "A", "零", "一", "七", "号到", "十六", "号窗口办理业务"]]
    assert texts("en") == [["Ticket", "A", "zero", "one", "seven", "please go to window", "16"]]


@pytest.mark.parametrize("label", ["B001", "ZY9999", "a-12"])
def test_every_letter_and_digit_of_a_label_is_said(label: str) -> None:
    spoken = wording_of("zh").spoken
    assert texts("zh", label=label)[0][1:-3] == [spoken[c] for c in label.upper() if c.isalnum()]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (2, "二"),
        (9, "九"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (35, "三十五"),
        (99, "九十九"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (127, "一百二十七"),
        (200, "二百"),
    ],
)
def test_numbers_are_written_as_they_are_read(number: int, words: str) -> None:
    assert number_words(number, wording_of("zh")) == words
    assert number_words(number, wording_of("en")) == str(number)


def test_no_two_windows_sound_alike() -> None:
    assert len({number_words(n, wording_of("zh")) for n in range(1, LAST_WINDOW + 1)}) == LAST_WINDOW


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_recorded_ahead_covers_every_call(language: str) -> None:
    ahead = set(all_clips(wording_of(language)))
    for label, window in (("A000", 1), ("ZZ9999", LAST_WINDOW), ("QX1234", 60), ("M567", 89)):
        assert set(clips_of(call_of(call(label, window), manner(language)))) <= ahead


def test_without_a_chime_a_call_has_no_tone_and_an_emergency_keeps_its_alarm() -> None:
    silent = manner(chime=False)
    assert call_of(call(), silent).tone is Tone.NONE
    assert emergency_of(EmergencyState(rev=1, zone="main", text="请离开"), silent).tone is Tone.ALARM


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("请离开", [("zh", "请离开")]),
        (
            "发生火情！请从3号门离开。\n请勿使用电梯",
            [("zh", "发生火情！"), ("zh", "请从3号门离开。"), ("zh", "请勿使用电梯")],
        ),
        ("Fire. Leave by door 3!", [("en", "Fire. Leave by door 3!")]),
        ("……！！", []),
    ],
)
def test_an_emergency_is_said_sentence_by_sentence(text: str, sentences: list[tuple[str, str]]) -> None:
    said = emergency_of(EmergencyState(rev=1, zone="main", text=text), manner("zh", "en"))
    assert [(s.language, s.text) for s in said.sentences] == sentences
    assert all(len(s.clips) == 1 for s in said.sentences)


def phonemes(voice: str, text: str) -> str:
    """What eSpeak would say."""
    return espeak("-q", "-x", "-v", voice, text).strip()


def test_the_chinese_voice_speaks_chinese() -> None:
    """Debian's voice `cmn` turns Hanzi into pinyin and reads that as English: “(en)kI55NTr'i:55” for 请."""
    wording = wording_of("zh")
    fixed = [clip.text for clip in all_clips(wording)]
    spoken = phonemes(wording.voice, "，".join(fixed))
    assert "(en)" not in spoken
    assert "(en)" in phonemes("cmn", "请")


def test_a_zero_inside_a_number_is_heard() -> None:
    """Given the figures 101 the same voice says 一百一, which people hear as 110."""
    wording = wording_of("zh")
    zero = phonemes(wording.voice, "零").strip("_|' ")
    assert zero[:1] in phonemes(wording.voice, number_words(101, wording))
    assert phonemes(wording.voice, number_words(101, wording)) != phonemes(wording.voice, "101")
    assert "j'iou" not in phonemes(wording.voice, wording.spoken["1"])  # never 幺
