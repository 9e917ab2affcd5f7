"""The directory of recorded clips: one WAV a clip, named by what it was made of, so that nothing is recorded twice."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from broadcast.audio import BadAudio, join, read_wav
from broadcast.values import Clip, Sentence, Wording

MAKING: Final = 1  # counts up when trimming or levels change: older files are then recorded again
PACK: Final = "pack.jsonl"  # a line a file; one that was recorded again stands there again
BETWEEN_CLIPS_S: Final = 0.055
log = logging.getLogger("broadcast")


class Clips:
    """The clips of some languages. Safe to use from several threads: files appear whole."""

    def __init__(self, directory: Path, wordings: Iterable[Wording]) -> None:
        self.directory = directory
        self._wordings = {w.language: w for w in wordings}
        directory.mkdir(parents=True, exist_ok=True)

    def wording(self, clip: Clip) -> Wording:
        """The language a clip is spoken in."""
        return self._wordings[clip.language]

    def path(self, clip: Clip) -> Path:
        """Where its file is, or will be."""
        wording = self.wording(clip)
        made_of = json.dumps([MAKING, clip.text, wording.voice, wording.rate], ensure_ascii=False)
        return self.directory / f"{hashlib.sha256(made_of.encode()).hexdigest()[:24]}.wav"

    def recorded(self, clip: Clip) -> None:
        """Note in pack.jsonl what a new file says, for people and for whoever checks what was said. Raises OSError."""
        line = {"file": self.path(clip).name, "language": clip.language, "text": clip.text}
        with (self.directory / PACK).open("a", encoding="utf-8") as pack:
            pack.write(json.dumps(line, ensure_ascii=False) + "\n")

    def missing(self, clips: Iterable[Clip]) -> list[Clip]:
        """Those that are not recorded yet, each once, in order."""
        return [clip for clip in dict.fromkeys(clips) if not self.path(clip).is_file()]

    def sound(self, sentence: Sentence) -> bytes | None:
        """The sentence put together; None while a clip of it is missing: half a sentence would mislead."""
        pieces = []
        for clip in sentence.clips:
            path = self.path(clip)
            try:
                pieces.append(read_wav(path))
            except OSError:
                return None
            except BadAudio as error:
                log.warning("recording again: %s", error)
                path.unlink(missing_ok=True)
                return None
        return join([piece for piece in pieces if piece], BETWEEN_CLIPS_S)
