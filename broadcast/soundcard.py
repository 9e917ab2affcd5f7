"""The voice on the sound card, by pygame's mixer (screen.sound).

The mixer rather than `aplay`: SDL is in the environment already and finds PipeWire, PulseAudio and ALSA by itself,
while alsa-utils is one more package. It is imported only when it is wanted: a station that writes files does not pay
for it.
"""

from __future__ import annotations

from typing import Any

from broadcast.player import CannotSound, Heard, Order


class SoundCard:
    """An output of the player. Its time is the card's own: it cannot follow the speed of a replay."""

    follows_speed = False

    def __init__(self) -> None:
        self._sound: Any = None  # the module, once the card is open
        self._playing: Any = None

    def ready(self) -> None:
        """Open the card, unless it is. Raises CannotSound."""
        if self._sound is not None:
            return
        from screen import sound

        try:
            sound.open_card()
        except sound.NoSoundCard as error:
            raise CannotSound(f"no sound card: {error}, or give `wav` a directory") from error
        self._sound = sound

    def open(self, _order: Order) -> None:
        """Open the card if it was not there before. Raises CannotSound."""
        self.ready()

    def start(self, pcm: bytes) -> None:
        """Begin to sound. Raises CannotSound."""
        import pygame.mixer

        try:
            self._playing = self._sound.play(pygame.mixer.Sound(buffer=pcm))
        except pygame.error as error:
            self._sound = None
            raise CannotSound(f"the sound card is lost: {error}") from error

    def stop(self, _heard: bytes) -> None:
        """Silence. What the card is still to sound of a whole piece is its silent end."""
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def close(self, _order: Order, _heard: Heard) -> None:
        """Nothing to finish."""
