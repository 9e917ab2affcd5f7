"""Hears what a WAV file says: where the samples of recorded clips stand in it. Knows nothing of how it was made.

words(Path("audio/0007-….wav"), pack(Path("clips")))  →  ["请", "A", "零", "零", "一", "号到", …]
"""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

SAMPLE = 2  # bytes


class Spoken(Struct, frozen=True):
    """A clip found in a sound, and where it begins, in seconds."""

    text: str
    at_s: float


def pack(directory: Path) -> dict[str, bytes]:
    """The samples of every clip of a pack, by its words. Raises OSError."""
    lines = (directory / "pack.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["text"]: _samples(directory / row["file"]) for row in map(json.loads, lines)}


def heard(sound: Path, clips: Mapping[str, bytes]) -> list[Spoken]:
    """Every clip that is in the sound, in order. A clip inside a longer one's place is not counted."""
    samples, rate = _samples(sound), _rate(sound)
    found: list[tuple[int, int, str]] = []
    for text, clip in clips.items():
        at = samples.find(clip)
        while at >= 0:
            if at % SAMPLE == 0:
                found.append((at, at + len(clip), text))
            at = samples.find(clip, at + SAMPLE)
    found.sort(key=lambda place: (place[0], -place[1]))
    kept: list[tuple[int, int, str]] = []
    for place in found:
        if not kept or place[0] >= kept[-1][1]:
            kept.append(place)
    return [Spoken(text, at / SAMPLE / rate) for at, _, text in kept]


def words(sound: Path, clips: Mapping[str, bytes]) -> list[str]:
    """The words of the clips heard, in order."""
    return [spoken.text for spoken in heard(sound, clips)]


def _samples(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())


def _rate(path: Path) -> int:
    with wave.open(str(path), "rb") as file:
        return file.getframerate()
