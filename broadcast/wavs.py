"""The voice as files: one WAV an announcement, and timeline.jsonl with what was said when.

    0007-2026-11-23_A017#1~2.wav
    {"id": "2026-11-23/A017#1~2", "zone": "main", "text": "请A017号到3号窗口办理业务", "start": …, "end": …, …}

`start` and `end` are hub time in ms (null without it), `start_mono` and `end_mono` monotonic seconds.
"""

from __future__ import annotations

import contextlib
import re
import wave
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from broadcast.audio import RATE, WIDTH
from broadcast.player import CannotSound, Heard, Order
from hall.model import Instant, ZoneId

TIMELINE: Final = "timeline.jsonl"
KEPT: Final = 2_000  # announcements; older files go
TIMELINE_BYTES: Final = 5_000_000  # then it begins anew, and the one before is kept as timeline.1.jsonl
NAME: Final = re.compile(r"(\d{4,})-.*\.wav")
EMERGENCY: Final = "emergency"


class Line(Struct, frozen=True, kw_only=True):
    """A line of the timeline. `text`: each sentence once; `sentences`: how many had begun, repeats counted; `cut`: an
    emergency or the end came first; `mute`: a sentence had no voice and was only a caption."""

    id: str
    zone: ZoneId
    text: str
    start: Instant | None
    end: Instant | None
    start_mono: float
    end_mono: float
    file: str
    sentences: int
    cut: bool
    mute: bool


class WavFolder:
    """An output of the player; a file is named .part until it is whole."""

    follows_speed = True

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = 0
        self._file: wave.Wave_write | None = None
        self._path = directory

    def ready(self) -> None:
        """Make the folder; go on after the last number in it. Raises CannotSound."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            for part in self._directory.glob("*.wav.part"):
                part.unlink()
            found = (NAME.fullmatch(path.name) for path in self._directory.glob("*.wav"))
            self._number = max((int(name[1]) for name in found if name), default=0)
        except OSError as error:
            raise CannotSound(f"{self._directory}: {error}") from error

    def open(self, order: Order) -> None:
        """Begin a file. Raises CannotSound."""
        self._number += 1
        name = re.sub(r"[^A-Za-z0-9#~-]", "_", order.announcement.say or EMERGENCY)[:80]
        self._path = self._directory / f"{self._number:04d}-{name}.wav"
        try:
            self._part().touch()  # wave's own failure to open leaves an object that fails once more when it is freed
            file = wave.open(str(self._part()), "wb")  # noqa: SIM115 - closed when the announcement is over
            file.setnchannels(1)
            file.setsampwidth(WIDTH)
            file.setframerate(RATE)
        except OSError as error:
            raise CannotSound(f"{self._path}: {error}") from error
        self._file = file

    def start(self, _pcm: bytes) -> None:
        """Nothing: a file holds what was heard."""

    def stop(self, heard: bytes) -> None:
        """Write what was heard. Raises CannotSound, and leaves no half file."""
        assert self._file is not None
        try:
            self._file.writeframes(heard)
        except OSError as error:
            self._drop()
            raise CannotSound(f"{self._path}: {error}") from error

    def close(self, order: Order, heard: Heard) -> None:
        """The file gets its name, then the timeline its line. Raises CannotSound."""
        assert self._file is not None
        said = order.announcement
        line = Line(
            id=said.say,
            zone=said.zone,
            text=" ".join(dict.fromkeys(sentence.text for sentence in heard.sentences)),
            start=order.hub_time(heard.started),
            end=order.hub_time(heard.ended),
            start_mono=round(heard.started, 4),
            end_mono=round(heard.ended, 4),
            file=self._path.name,
            sentences=len(heard.sentences),
            cut=heard.cut,
            mute=heard.mute,
        )
        try:
            self._file.close()
            self._part().replace(self._path)
            self._append(msgspec.json.encode(line) + b"\n")
            for old in self._directory.glob(f"{self._number - KEPT:04d}-*.wav"):
                old.unlink()
        except OSError as error:
            self._drop()
            raise CannotSound(f"{self._path}: {error}") from error
        self._file = None

    def _append(self, line: bytes) -> None:
        timeline = self._directory / TIMELINE
        if timeline.is_file() and timeline.stat().st_size > TIMELINE_BYTES:
            timeline.replace(timeline.with_name("timeline.1.jsonl"))
        with timeline.open("ab") as file:
            file.write(line)

    def _drop(self) -> None:
        file, self._file = self._file, None
        with contextlib.suppress(OSError):
            if file is not None:
                file.close()
        with contextlib.suppress(OSError):
            self._part().unlink(missing_ok=True)

    def _part(self) -> Path:
        return self._path.with_name(self._path.name + ".part")
