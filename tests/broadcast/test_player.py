"""One announcement at a time, at the pace of the hall, as files with a timeline; a cut is at once."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcast.audio import read_wav, seconds, tones
from broadcast.player import AFTER_SENTENCE_S, READ_LEAST_S, Happened, Order, Output, Player, Sounding
from broadcast.soundcard import SoundCard
from broadcast.utterance import call_of, emergency_of
from broadcast.values import Announcement, Began, Ended, Sentence
from broadcast.wavs import KEPT, WavFolder
from hall.messages import EmergencyState
from tests.broadcast.made import NINE, call, manner
from tests.broadcast.waiting import Heard, wait_until

SPEED = 20.0
VOICE = tones([(220.0, 0.0)], 1.5, 9.0)  # stands for a sentence
CHIME_S = 1.48 + 0.15
WHOLE_S = CHIME_S + 2 * (1.5 + AFTER_SENTENCE_S)


class Hall:
    """A player and what it told; the test is the flow and the recorder."""

    def __init__(self, output: Output) -> None:
        self.voice: bytes | None = VOICE
        self.awaited = False
        self.heard = Heard[Happened]()
        self.player = Player(output, lambda _: self.voice, lambda _: self.awaited, self.heard)
        self.player.start()

    def play(self, token: int, announcement: Announcement, speed: float = SPEED) -> None:
        order = Order(token=token, announcement=announcement, now=NINE, mono=time.monotonic(), speed=speed)
        self.player.play(order)

    def until_ended(self, token: int) -> Ended:
        for _ in range(99):
            event = self.heard.next(15)
            if isinstance(event, Ended) and event.token == token:
                return event
        raise AssertionError("too many events")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "said"


@pytest.fixture
def hall(folder: Path) -> Iterator[Hall]:
    made = Hall(WavFolder(folder))
    yield made
    made.player.close()


def timeline(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "timeline.jsonl").read_text().splitlines()]


def said(label: str) -> Announcement:
    return call_of(call(label), manner())


def alarm() -> Announcement:
    return emergency_of(EmergencyState(rev=1, zone="main", text="请离开。"), manner())


def test_an_announcement_is_a_file_and_a_line(hall: Hall, folder: Path) -> None:
    hall.play(1, said("A017"))
    assert hall.until_ended(1) == Ended(1, 2)
    assert hall.heard.all == [Sounding(True), Began(1, 0), Began(1, 1), Ended(1, 2)]
    (line,) = timeline(folder)
    assert line["file"] == "0001-2026-11-23_A017#1~1.wav"
    assert [path.name for path in folder.glob("*.wav*")] == [line["file"]]
    assert (line["id"], line["zone"], line["text"]) == (call().id, "main", "请A017号到3号窗口办理业务")
    assert (line["sentences"], line["cut"], line["mute"]) == (2, False, False)
    pcm = read_wav(folder / line["file"])
    assert seconds(pcm) == pytest.approx(WHOLE_S, abs=0.01)
    assert pcm.count(VOICE) == 2


def test_the_pace_is_business_time(hall: Hall, folder: Path) -> None:
    hall.play(1, said("A017"))
    hall.until_ended(1)
    (line,) = timeline(folder)
    real = line["end_mono"] - line["start_mono"]
    assert real >= WHOLE_S / SPEED
    assert line["end"] - line["start"] == pytest.approx(real * SPEED * 1000, abs=10)
    assert line["start"] >= NINE


def test_the_timeline_has_no_overlap_and_keeps_the_order(hall: Hall, folder: Path) -> None:
    labels = [f"A{n:03}" for n in range(1, 7)]
    for token, label in enumerate(labels, 1):
        hall.play(token, said(label))
    for token in range(1, 7):
        hall.until_ended(token)
    lines = timeline(folder)
    assert [line["id"] for line in lines] == [call(label).id for label in labels]
    assert [line["file"][:4] for line in lines] == [f"{n:04d}" for n in range(1, 7)]
    for before, after in itertools.pairwise(lines):
        assert before["start"] < before["end"] <= after["start"]
        assert before["end_mono"] <= after["start_mono"]


def test_an_emergency_cuts_the_file_where_it_was(hall: Hall, folder: Path) -> None:
    hall.play(1, said("A017"), speed=2.0)  # 2.8 s if nobody cuts
    while not isinstance(hall.heard.next(10), Began):
        pass
    cut_at = time.monotonic()
    hall.player.cut(1)
    hall.play(2, alarm())
    assert hall.until_ended(1) == Ended(1, 1)
    assert time.monotonic() - cut_at < 2.0
    hall.until_ended(2)
    first, second = timeline(folder)
    assert (first["cut"], first["sentences"], second["cut"], second["id"]) == (True, 1, False, "")
    assert second["file"] == "0002-emergency.wav"
    cut = seconds(read_wav(folder / first["file"]))
    assert CHIME_S <= cut < CHIME_S + 1.2
    assert cut == pytest.approx((first["end_mono"] - first["start_mono"]) * 2.0, abs=0.2)
    assert first["end_mono"] <= second["start_mono"]


def test_what_is_cut_before_it_begins_leaves_no_file(hall: Hall, folder: Path) -> None:
    hall.player.cut(1)
    hall.play(1, said("A017"))
    assert hall.until_ended(1) == Ended(1, 0)
    assert not list(folder.glob("*.wav*"))


def test_without_a_voice_there_are_the_chime_and_time_to_read(hall: Hall, folder: Path) -> None:
    hall.voice = None
    hall.play(1, said("A017"))
    assert hall.until_ended(1) == Ended(1, 2)
    (line,) = timeline(folder)
    assert line["mute"]
    pcm = read_wav(folder / line["file"])
    assert any(pcm[:10_000])
    assert not any(pcm[round(CHIME_S * 22_050) * 2 :])
    assert seconds(pcm) > CHIME_S + 2 * READ_LEAST_S


def test_a_clip_that_is_being_recorded_is_waited_for(hall: Hall, folder: Path) -> None:
    hall.voice, hall.awaited = None, True
    hall.play(1, alarm())
    wait_until(lambda: bool(list(folder.glob("*.part"))), 10)
    with pytest.raises(TimeoutError):
        wait_until(lambda: bool(list(folder.glob("*.wav"))), 0.3)
    hall.voice = VOICE
    hall.until_ended(1)
    (line,) = timeline(folder)
    assert not line["mute"]
    assert VOICE in read_wav(folder / line["file"])


def test_numbers_go_on_after_a_restart_and_half_files_go(folder: Path) -> None:
    folder.mkdir()
    (folder / "0041-x.wav").write_bytes(b"")
    (folder / "0042-y.wav.part").write_bytes(b"")
    made = Hall(WavFolder(folder))
    try:
        made.play(1, said("A017"))
        made.until_ended(1)
    finally:
        made.player.close()
    assert sorted(path.name[:5] for path in folder.glob("*.wav*")) == ["0041-", "0042-"]


def test_the_oldest_files_go(folder: Path) -> None:
    folder.mkdir()
    for number in (1, 2, KEPT):
        (folder / f"{number:04d}-x.wav").write_bytes(b"")
    made = Hall(WavFolder(folder))
    try:
        made.play(1, said("A017"))
        made.until_ended(1)
    finally:
        made.player.close()
    assert sorted(path.name[:5] for path in folder.glob("*.wav*")) == ["0002-", f"{KEPT}-", f"{KEPT + 1}-"]


def test_a_folder_that_cannot_be_written_is_told_and_captions_go_on(tmp_path: Path) -> None:
    (tmp_path / "said").write_text("a file in the way")
    made = Hall(WavFolder(tmp_path / "said"))
    try:
        made.play(1, said("A017"))
        assert made.until_ended(1) == Ended(1, 2)
        assert made.heard.all == [Sounding(False, "cannot_sound"), Began(1, 0), Began(1, 1), Ended(1, 2)]
        (tmp_path / "said").unlink()
        (tmp_path / "said").mkdir()
        made.play(2, said("A018"))
        made.until_ended(2)
        assert Sounding(True) in made.heard.all
        assert len(timeline(tmp_path / "said")) == 1
    finally:
        made.player.close()


def test_closing_cuts_what_sounds(hall: Hall, folder: Path) -> None:
    hall.play(1, said("A017"), speed=1.0)
    while not isinstance(hall.heard.next(10), Began):
        pass
    begun = time.monotonic()
    hall.player.close()
    assert time.monotonic() - begun < 4.0  # 5.6 s if nobody cuts
    (line,) = timeline(folder)
    assert line["cut"]


def test_the_sound_card_sounds_in_real_time_and_stops_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")  # SDL's own: it takes samples at the pace of a card
    made = Hall(SoundCard())
    one = Sentence("zh", "请", ())
    quick = Announcement(say="x", zone="main", tone=alarm().tone, sentences=(one,))
    try:
        assert made.heard.next(15) == Sounding(True)
        begun = time.monotonic()
        made.play(1, quick, speed=SPEED)
        made.until_ended(1)
        assert time.monotonic() - begun > 3.2  # alarm, sentence and pauses are 3.45 s: no card plays faster
        made.play(2, quick)
        while made.heard.next(10) != Began(2, 0):
            pass
        begun = time.monotonic()
        made.player.cut(2)
        assert made.until_ended(2) == Ended(2, 1)
        assert time.monotonic() - begun < 2.5  # of 3.45 s
    finally:
        made.player.close()
        import pygame

        pygame.mixer.quit()


def test_a_missing_sound_card_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    made = Hall(SoundCard())
    try:
        assert made.heard.next(15) == Sounding(False, "cannot_sound")
    finally:
        made.player.close()
