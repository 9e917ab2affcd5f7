"""The sound card of a process, by pygame's mixer: one for all roles and pads of a station.

The mixer and its channels belong to the whole process, so nobody closes or silences them for the others: a sound is
stopped by whoever began it, and SDL closes the card when the process ends. Imported only where something sounds.
"""

from __future__ import annotations

import threading
from typing import Final

import pygame.mixer

from hall.errors import HallError

RATE: Final = 22_050  # Hz, 16 bits, mono: what eSpeak gives
BUFFER_SAMPLES: Final = 1_024  # 46 ms: late enough for a small computer, early enough for a hall
CHANNELS: Final = 64  # sounds at once: a pad each window, and the voice of a zone
_ONE_AT_A_TIME: Final = threading.Lock()  # roles play from threads of their own


class NoSoundCard(HallError, OSError):
    """There is no card to sound on."""


class Playing:
    """A sound on its way."""

    def __init__(self, sound: pygame.mixer.Sound, channel: pygame.mixer.Channel) -> None:
        self._sound = sound
        self._channel = channel

    def stop(self) -> None:
        """Silence it. Once it is over its channel may be another's: that one goes on."""
        with _ONE_AT_A_TIME:
            if pygame.mixer.get_init() is not None and self._channel.get_sound() is self._sound:
                self._channel.stop()


def open_card() -> None:
    """Open the card, unless it is open. Raises NoSoundCard."""
    with _ONE_AT_A_TIME:
        if pygame.mixer.get_init() is not None:
            return
        try:
            pygame.mixer.init(RATE, -16, 1, BUFFER_SAMPLES, allowedchanges=0)
        except pygame.error as error:
            raise NoSoundCard(f"{error}; see SDL_AUDIODRIVER") from error
        pygame.mixer.set_num_channels(CHANNELS)


def play(sound: pygame.mixer.Sound) -> Playing | None:
    """Begin to sound; None if every channel is taken, or the card was closed."""
    with _ONE_AT_A_TIME:
        # Without a mixer pygame 2.6.1 does not raise here: the process dies.
        channel = sound.play() if pygame.mixer.get_init() is not None else None
    return Playing(sound, channel) if channel is not None else None
