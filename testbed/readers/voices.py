"""What recordings of voices say: the samples of known clips, found wherever they stand in a WAV file.

Each clip is known by a few of its loudest samples. All places of a recording are looked up in that table at once; what
is found there is compared sample by sample.
"""

from __future__ import annotations

import json
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RUN = 4  # samples that make a key: eight bytes, one number
Samples = NDArray[np.int16]
ONES = {"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
DIGITS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}


class Sentence(NamedTuple):
    """A call as it was heard."""

    language: str
    label: str
    window: int


class Pack:
    """The clips of a folder, by what they sound like."""

    def __init__(self, directory: Path) -> None:
        rows = map(json.loads, (directory / "pack.jsonl").read_text(encoding="utf-8").splitlines())
        self._clips = [(row["language"], row["text"], _samples(directory / row["file"])) for row in rows]
        self._at: dict[int, list[tuple[int, int]]] = {}
        for number, (_, _, clip) in enumerate(self._clips):
            if len(clip) > 2 * RUN:
                loudest = int(np.abs(clip[:-RUN].astype(np.int32)).argmax())
                self._at.setdefault(int(_runs(clip)[loudest]), []).append((number, loudest))
        self._first = np.zeros(1 << 16, dtype=np.bool_)  # samples that a key begins with: few, as they are loud
        for key in self._at:
            self._first[key & 0xFFFF] = True

    def heard(self, sound: Path) -> list[tuple[str, str]]:
        """Language and words of every clip in a recording, in order; one inside a longer one's place is not counted."""
        samples = _samples(sound)
        found: list[tuple[int, int, str, str]] = []
        for place in np.flatnonzero(self._first[samples.view(np.uint16)]).tolist():
            run = _runs(samples[place : place + RUN])
            for number, loudest in self._at.get(int(run[0]), ()) if len(run) else ():
                language, text, clip = self._clips[number]
                first = place - loudest
                if first >= 0 and np.array_equal(samples[first : first + len(clip)], clip):
                    found.append((first, first + len(clip), language, text))
        found.sort(key=lambda one: (one[0], -one[1]))
        kept: list[tuple[int, int, str, str]] = []
        for one in found:
            if not kept or one[0] >= kept[-1][1]:
                kept.append(one)
        return [(language, text) for _, _, language, text in kept]


def sentences(words: list[tuple[str, str]]) -> list[Sentence]:
    """The calls in what was heard: a number between two fixed clips, then a window.

    请 A 零 一 七 号到 三 号窗口办理业务 · Ticket A zero one seven please go to window 3
    """
    out: list[Sentence] = []
    label, window, language = "", "", ""
    in_label = False
    for tongue, text in words:
        if text in ("请", "Ticket"):
            label, in_label, language = "", True, tongue
        elif text in ("号到", "please go to window"):
            in_label = False
        elif in_label:
            digit = ONES.get(text, DIGITS.get(text))
            label += str(digit) if digit is not None else text
        elif language == tongue and label and text != "号窗口办理业务":
            window = text
            out.append(Sentence(language, label, number(window)))
            label = ""
    return out


def number(text: str) -> int:
    """十六, 一百零一 or 16 as a number; -1 for what is none."""
    if text.isascii():
        return int(text) if text.isdecimal() else -1
    value = 0
    one: int | None = None
    for char in text:
        if char in ONES:
            one = ONES[char]
        elif char == "十":
            value, one = value + 10 * (1 if one is None else one), None
        elif char == "百":
            value, one = value + 100 * (one or 0), None
        else:
            return -1
    return value + (one or 0)


def _samples(path: Path) -> Samples:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def _runs(samples: Samples) -> NDArray[np.int64]:
    """Every four samples in a row as one number."""
    wide = samples.astype(np.uint16).astype(np.uint64)
    if len(wide) < RUN:
        return np.empty(0, dtype=np.int64)
    last = len(wide) - RUN + 1
    parts = [wide[i : i + last] << np.uint64(16 * i) for i in range(RUN)]
    runs: NDArray[np.int64] = (parts[0] | parts[1] | parts[2] | parts[3]).view(np.int64)
    return runs
