"""Sound as bytes: 16-bit little-endian mono at RATE, the format eSpeak gives. Tones, trimming, level, WAV files."""

from __future__ import annotations

import math
import operator
import os
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hall.errors import HallError

RATE: Final = 22_050
WIDTH: Final = 2  # bytes a sample
FULL: Final = 32_767
LEVEL: Final = 0.125 * FULL  # RMS of every clip: −18 dBFS
PEAK: Final = 0.85 * FULL
SILENT: Final = 0.002 * FULL  # a clip that never gets louder holds no voice
QUIET: Final = 0.02  # of a clip's own peak: below is silence at its ends
QUIET_STEP_S: Final = 0.005
FADE_S: Final = 0.006
TAIL_S: Final = 0.03  # kept after the last loud sample, or soft endings are lost

# Two soft tones, a falling major third, and an alarm that nobody takes for it.
CHIME: Final = ((659.26, 0.0), (523.25, 0.38))
ALARM: Final = tuple((pitch, 0.22 * i) for i, pitch in enumerate((880.0, 660.0) * 3))


class BadAudio(HallError, ValueError):
    """A WAV file that is not of our format."""


def silence(seconds: float) -> bytes:
    """Zeros of that length."""
    return bytes(round(seconds * RATE) * WIDTH)


def seconds(pcm: bytes) -> float:
    """How long it sounds."""
    return len(pcm) / (RATE * WIDTH)


def cut_at(pcm: bytes, elapsed_s: float) -> bytes:
    """What was heard after so many seconds, in whole samples."""
    return pcm[: max(0, round(elapsed_s * RATE)) * WIDTH]


def join(pieces: Sequence[bytes], gap_s: float) -> bytes:
    """The pieces with silence between them."""
    return silence(gap_s).join(pieces)


def tones(notes: Sequence[tuple[float, float]], lasts_s: float, decay_s: float) -> bytes:
    """Notes (Hz, start in seconds) that swell quickly and die away."""
    length = max(start for _, start in notes) + lasts_s
    samples = [0.0] * round(length * RATE)
    for pitch, start in notes:
        first = round(start * RATE)
        step = 2 * math.pi * pitch / RATE
        for i in range(round(lasts_s * RATE)):
            age = i / RATE
            swell = min(1.0, age / 0.012) * min(1.0, (lasts_s - age) / 0.05)
            samples[first + i] += swell * math.exp(-age / decay_s) * math.sin(step * i)
    return _levelled(array("d", samples), LEVEL * 0.8)


def trimmed(pcm: bytes) -> bytes:
    """A clip without the silence at its ends, faded in and out, at the common level; empty if there is no sound."""
    samples = array("h", _native(pcm[: len(pcm) // WIDTH * WIDTH]))
    step = round(QUIET_STEP_S * RATE)
    starts = range(0, len(samples), step)
    peaks = [_peak(part) for part in (samples[i : i + step] for i in starts)]
    peak = max(peaks, default=0)
    if peak < SILENT:
        return b""
    loud = [i for i, high in zip(starts, peaks, strict=True) if high >= QUIET * peak]
    last = loud[-1] + step + round(TAIL_S * RATE)
    kept = array("d", samples[max(0, loud[0] - step) : last])
    fade = min(round(FADE_S * RATE), len(kept) // 2)
    for i in range(fade):
        kept[i] *= i / fade
        kept[-1 - i] *= i / fade
    return _levelled(kept, LEVEL)


def read_wav(path: Path) -> bytes:
    """The samples of a WAV file. Raises BadAudio, OSError."""
    try:
        with wave.open(str(path), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if form != (1, WIDTH, RATE):
                raise BadAudio(f"{path}: {form[0]} channels of {form[1]} bytes at {form[2]} Hz; needs mono, 2, {RATE}")
            return file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadAudio(f"{path}: not a whole WAV file: {error}") from error


def write_wav(path: Path, pcm: bytes) -> None:
    """A WAV file, whole or not at all. Raises OSError."""
    part = path.with_name(f"{path.stem}.{os.getpid()}.part")  # stations of one machine may share a folder
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WIDTH)
        file.setframerate(RATE)
        file.writeframes(pcm)
    part.replace(path)


def _levelled(samples: array[float], level: float) -> bytes:
    """At that RMS, unless a peak would grow above PEAK."""
    rms = math.sqrt(math.fsum(map(operator.mul, samples, samples)) / len(samples))
    gain = min(level / rms, PEAK / _peak(samples))
    return _native(array("h", [int(s * gain) for s in samples]).tobytes())


def _peak(samples: Sequence[float]) -> float:
    highest, lowest = max(samples), min(samples)
    return max(highest, -lowest)


def _native(pcm: bytes) -> bytes:
    """Little-endian bytes as this machine's own, and back."""
    if sys.byteorder == "little":
        return pcm
    samples = array("h", pcm)
    samples.byteswap()
    return samples.tobytes()
