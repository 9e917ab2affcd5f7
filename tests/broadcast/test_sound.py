"""Real clips by pyttsx3 and eSpeak: their lengths, levels and joints; and the tones."""

from __future__ import annotations

import math
import operator
import sys
from array import array
from pathlib import Path

import pytest
from msgspec.structs import replace

from broadcast.audio import (
    ALARM,
    CHIME,
    FULL,
    LEVEL,
    PEAK,
    RATE,
    BadAudio,
    cut_at,
    read_wav,
    seconds,
    silence,
    tones,
    trimmed,
    write_wav,
)
from broadcast.clips import BETWEEN_CLIPS_S, Clips
from broadcast.recorder import Recorder, Recording
from broadcast.utterance import call_of, clips_of
from broadcast.values import Clip
from tests.broadcast.espeak import espeak
from tests.broadcast.made import call, manner, wording_of
from tests.broadcast.waiting import Heard


def samples(pcm: bytes) -> array[int]:
    found = array("h", pcm)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def rms(pcm: bytes) -> float:
    found = samples(pcm)
    return math.sqrt(math.fsum(s * s for s in found) / len(found))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Clips, tuple[Clip, ...]]:
    """The clips of a call in both languages, recorded for real."""
    clips = Clips(tmp_path_factory.mktemp("clips"), [wording_of("zh"), wording_of("en")])
    needed = clips_of(call_of(call("A017", 16), manner("zh", "en")))
    heard = Heard[Recording]()
    recorder = Recorder(clips, heard)
    recorder.start()
    recorder.want(needed)
    assert heard.next(20) == Recording(True)
    try:
        heard.until(lambda: not clips.missing(needed), 30)
    finally:
        recorder.close()
    return clips, needed


def test_a_clip_is_trimmed_levelled_and_faded(recorded: tuple[Clips, tuple[Clip, ...]]) -> None:
    clips, needed = recorded
    for clip in needed:
        pcm = read_wav(clips.path(clip))
        assert 0.12 < seconds(pcm) < 2.6, clip
        assert max(map(abs, samples(pcm))) <= PEAK
        assert LEVEL * 0.6 < rms(pcm) <= LEVEL * 1.01, clip
        assert samples(pcm)[0] == 0
        assert abs(samples(pcm)[-1]) < 0.01 * FULL


def test_a_clip_is_what_espeak_says_with_that_voice(recorded: tuple[Clips, tuple[Clip, ...]], tmp_path: Path) -> None:
    """pyttsx3 mixes up voices and utterances if it is let: a clip must not hold another's words."""
    clips, needed = recorded
    for clip in needed:
        wording = wording_of(clip.language)
        raw = tmp_path / "raw.wav"
        espeak("-v", wording.voice, "-s", str(wording.rate), "-w", str(raw), clip.text)
        own, theirs = read_wav(clips.path(clip)), trimmed(read_wav(raw))
        assert seconds(own) == pytest.approx(seconds(theirs), abs=0.02), clip
        assert likeness(own, theirs) > 0.97, clip  # two digits of one length are below 0.95


def likeness(one: bytes, other: bytes) -> float:
    """How alike the loudness runs in both, 10 ms by 10 ms: 1 is the same."""
    a, b = envelope(one), envelope(other)
    length = min(len(a), len(b))
    a, b = a[:length], b[:length]
    return math.fsum(map(operator.mul, a, b)) / math.sqrt(math.fsum(x * x for x in a) * math.fsum(x * x for x in b))


def envelope(pcm: bytes) -> list[float]:
    step = RATE // 100
    found = samples(pcm)
    return [math.fsum(map(abs, found[i : i + step])) for i in range(0, len(found), step)]


def test_a_sentence_is_its_clips_with_silence_at_the_joints(recorded: tuple[Clips, tuple[Clip, ...]]) -> None:
    clips, _ = recorded
    sentence = call_of(call("A017", 16), manner("zh")).sentences[0]
    joined = clips.sound(sentence)
    assert joined is not None
    gap, at = silence(BETWEEN_CLIPS_S), 0
    for i, clip in enumerate(sentence.clips):
        pcm = read_wav(clips.path(clip))
        assert joined[at : at + len(pcm)] == pcm
        at += len(pcm)
        if i + 1 < len(sentence.clips):
            assert joined[at : at + len(gap)] == gap
            at += len(gap)
    assert at == len(joined)
    assert 3.0 < seconds(joined) < 6.0


def test_half_a_sentence_is_not_said(recorded: tuple[Clips, tuple[Clip, ...]]) -> None:
    clips, _ = recorded
    assert clips.sound(call_of(call("A018", 16), manner("zh")).sentences[0]) is None  # 八 was not recorded


def test_what_is_recorded_is_not_recorded_again_but_with_another_voice(
    recorded: tuple[Clips, tuple[Clip, ...]],
) -> None:
    clips, needed = recorded
    assert Clips(clips.directory, [wording_of("zh"), wording_of("en")]).missing(needed) == []
    slower = Clips(clips.directory, [replace(wording_of("zh"), rate=120), wording_of("en")])
    chinese = [clip for clip in needed if clip.language == "zh"]
    assert slower.missing(needed) == chinese


def test_a_damaged_clip_is_recorded_again(recorded: tuple[Clips, tuple[Clip, ...]], tmp_path: Path) -> None:
    clips, _ = recorded
    sentence = call_of(call("A017", 16), manner("zh")).sentences[0]
    other = Clips(tmp_path, [wording_of("zh")])
    for clip in sentence.clips:
        other.path(clip).write_bytes(clips.path(clip).read_bytes())
    assert other.sound(sentence)
    other.path(sentence.clips[2]).write_bytes(b"RIFF")
    assert other.sound(sentence) is None
    assert other.missing(sentence.clips) == [sentence.clips[2]]


@pytest.mark.parametrize(("notes", "lasts"), [(CHIME, 1.1), (ALARM, 0.2)], ids=["chime", "alarm"])
def test_a_tone_has_its_length_level_and_soft_ends(notes: tuple[tuple[float, float], ...], lasts: float) -> None:
    pcm = tones(notes, lasts_s=lasts, decay_s=0.32)
    assert seconds(pcm) == pytest.approx(notes[-1][1] + lasts, abs=0.01)
    assert max(map(abs, samples(pcm))) <= PEAK
    assert 0.05 * FULL < rms(pcm) < LEVEL
    assert samples(pcm)[0] == 0
    assert abs(samples(pcm)[-1]) < 0.01 * FULL


def test_the_chime_has_its_pitches() -> None:
    pcm = samples(tones(CHIME, lasts_s=1.1, decay_s=0.32))
    for (pitch, start), other in zip(CHIME, reversed(CHIME), strict=True):
        part = pcm[round((start + 0.03) * RATE) : round((start + 0.3) * RATE)]
        assert strength(part, pitch) > 2 * strength(part, other[0])


def strength(part: array[int], pitch: float) -> float:
    """How much of a pitch is in it (one bin of a Fourier transform)."""
    turn = 2 * math.pi * pitch / RATE
    cosine = math.fsum(s * math.cos(turn * i) for i, s in enumerate(part))
    sine = math.fsum(s * math.sin(turn * i) for i, s in enumerate(part))
    return math.hypot(cosine, sine) / len(part)


def test_silence_is_no_clip() -> None:
    assert trimmed(silence(1.0)) == b""
    assert trimmed(b"") == b""


def test_a_wav_file_is_whole_or_refused(tmp_path: Path) -> None:
    pcm = tones(ALARM, lasts_s=0.2, decay_s=1.0)
    write_wav(tmp_path / "a.wav", pcm)
    assert read_wav(tmp_path / "a.wav") == pcm
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:20])
    with pytest.raises(BadAudio, match=r"b\.wav"):
        read_wav(tmp_path / "b.wav")


def test_a_cut_is_in_whole_samples() -> None:
    pcm = bytes(range(200)) * 100
    assert cut_at(pcm, 0.1) == pcm[: 2 * round(0.1 * RATE)]
    assert cut_at(pcm, -1) == b""
    assert cut_at(pcm, 99) == pcm
