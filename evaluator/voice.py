"""The pad's own voice: recordings from a directory, over the sound card. Without either the caption alone speaks."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import pygame

from evaluator.values import Spoken
from hall.messages import Health

MISSING: Final = "no_recording"
SILENT: Final = "no_sound_card"
log = logging.getLogger("evaluator")


class Voice:
    """Plays `<directory>/<spoken>.wav`. Belongs to the main thread. `health` and `reason` are its state: a pad
    without a voice still asks, in writing."""

    def __init__(self, directory: Path) -> None:
        self._sounds: dict[Spoken, pygame.mixer.Sound] = {}
        self.health, self.reason = Health.READY, ""
        self.wanted = directory.is_dir()  # a hall that has no recordings wants none
        if not self.wanted:
            return
        files = {spoken: directory / f"{spoken}.wav" for spoken in Spoken}
        missing = [file.name for file in files.values() if not file.is_file()]
        if missing:
            self._lacks(MISSING, f"{directory}: no {' and no '.join(missing)}: record them, 16-bit WAV")
            return
        try:
            pygame.mixer.init()
            self._sounds = {spoken: pygame.mixer.Sound(file) for spoken, file in files.items()}
        except (pygame.error, OSError) as error:
            self._lacks(SILENT, f"sound card or recording: {error}")

    def _lacks(self, reason: str, detail: str) -> None:
        self.health, self.reason = Health.DEGRADED, reason
        log.warning("no voice prompt: %s", detail)

    def say(self, spoken: Spoken) -> bool:
        """Begin to play; cuts what is still being said. False if there is nothing to play it with."""
        sound = self._sounds.get(spoken)
        if sound is None:
            return False
        pygame.mixer.stop()
        return sound.play() is not None

    def close(self) -> None:
        """Fall silent."""
        if pygame.mixer.get_init():
            pygame.mixer.quit()
