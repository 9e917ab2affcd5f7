"""The voice on the sound card, by pygame's mixer.

The mixer rather than `aplay`: SDL is in the environment already and finds PipeWire, PulseAudio and ALSA by itself,
while alsa-utils is one more package. It is imported only here: a station that writes files does not pay for it.
"""

from __future__ import annotations

import os
from typing import Any, Final

from broadcast.audio import RATE
from broadcast.player import CannotSound, Heard, Order

BUFFER_SAMPLES: Final = 1_024  # 46 ms: late enough for a small computer, early enough for a hall


class SoundCard:
    """An output of the player. Its time is the card's own: it cannot follow the speed of a replay."""

    follows_speed = False

    def __init__(self) -> None:
        self._mixer: Any = None
        self._channel: Any = None

    def ready(self) -> None:
        """Open the card, unless it is. Raises CannotSound."""
        if self._mixer is not None:
            return
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        import pygame.mixer

        try:
            pygame.mixer.init(RATE, -16, 1, BUFFER_SAMPLES, allowedchanges=0)
        except pygame.error as error:
            raise CannotSound(f"no sound card: {error}; see SDL_AUDIODRIVER, or give `wav` a directory") from error
        self._mixer = pygame.mixer

    def open(self, _order: Order) -> None:
        """Open the card if it was not there before. Raises CannotSound."""
        self.ready()

    def start(self, pcm: bytes) -> None:
        """Begin to sound. Raises CannotSound."""
        import pygame

        try:
            self._channel = self._mixer.Sound(buffer=pcm).play()
        except pygame.error as error:
            self._mixer = None
            raise CannotSound(f"the sound card is lost: {error}") from error

    def stop(self, _heard: bytes) -> None:
        """Silence. What the card is still to sound of a whole piece is its silent end."""
        if self._channel is not None:
            self._channel.stop()
            self._channel = None

    def close(self, _order: Order, _heard: Heard) -> None:
        """Nothing to finish."""
