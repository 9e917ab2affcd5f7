"""The pad's own voice: recordings from a directory, over the sound card. Without either the caption alone speaks.

Pads of one station share its sound card: each stops and replaces only what it says itself.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import pygame

from evaluator.recordings import recordings
from evaluator.values import Spoken
from hall.messages import Health
from screen import sound

MISSING: Final = "no_recording"
SILENT: Final = "no_sound_card"
log = logging.getLogger("evaluator")


class Voice:
    """Plays the recordings. Belongs to the main thread. `health` and `reason` are its state: a pad without a voice
    still asks, in writing. `directory`: None, or one that is not there, is a hall that wants no voice."""

    def __init__(self, directory: Path | None, language: str = "zh") -> None:
        self._sounds: dict[Spoken, pygame.mixer.Sound] = {}
        self._playing: sound.Playing | None = None
        self.health, self.reason = Health.READY, ""
        files = recordings(directory, language) if directory is not None else {}
        self.wanted = any(file.parent.is_dir() for file in files.values())
        if not self.wanted:
            return
        missing = [str(file) for file in files.values() if not file.is_file()]
        if missing:
            self._lacks(MISSING, f"no {' and no '.join(missing)}: record them, 16-bit WAV, or let `hall prompts` do it")
            return
        try:
            sound.open_card()
            self._sounds = {spoken: pygame.mixer.Sound(file) for spoken, file in files.items()}
        except (sound.NoSoundCard, pygame.error, OSError) as error:
            self._lacks(SILENT, f"sound card or recording: {error}")

    def _lacks(self, reason: str, detail: str) -> None:
        self.health, self.reason = Health.DEGRADED, reason
        log.warning("no voice prompt: %s", detail)

    def say(self, spoken: Spoken) -> bool:
        """Begin to play; cuts what this pad is still saying. False if there is nothing to play it with."""
        recording = self._sounds.get(spoken)
        if recording is None:
            return False
        self.close()
        self._playing = sound.play(recording)
        return self._playing is not None

    def close(self) -> None:
        """Fall silent."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None
