"""Sounds one announcement at a time on a thread of its own, and tells when each sentence begins.

The thread keeps the pace: a piece of sound is handed to the output and waited for, divided by the speed of business
time where the output can follow it (WAV files can, a sound card cannot). A cut ends the wait at once.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from broadcast.audio import ALARM, CHIME, cut_at, seconds, silence, tones
from broadcast.values import Announcement, Began, Ended, Sentence, Tone
from hall.errors import HallError
from hall.model import Instant

AFTER_TONE_S: Final = 0.15
AFTER_SENTENCE_S: Final = 0.5
GRACE_S: Final = 2.0  # real: an announcement waits so long for a clip that is being recorded
LOOK_S: Final = 0.05
READ_S: Final = 0.22  # a character, where a sentence can only be read
READ_LEAST_S: Final = 2.0
ENDS_S: Final = 2.0
log = logging.getLogger("broadcast")


class CannotSound(HallError, OSError):
    """The output does not take sound: no card, a full disk."""


class Order(Struct, frozen=True, kw_only=True):
    """What to sound; hub time and speed as they were at `mono`, so that times can be told in both clocks."""

    token: int
    announcement: Announcement
    now: Instant | None
    mono: float
    speed: float = 1.0

    def hub_time(self, mono: float) -> Instant | None:
        """Hub time at a monotonic time; None where it was not known."""
        return None if self.now is None else self.now + round((mono - self.mono) * 1000 * self.speed)


class Heard(Struct, frozen=True, kw_only=True):
    """What came of an order, in monotonic seconds; `mute`: a sentence had no voice and could only be read."""

    started: float
    ended: float
    sentences: tuple[Sentence, ...]
    cut: bool
    mute: bool


class Sounding(Struct, frozen=True):
    """Event: whether the output takes sound; `reason` is a code."""

    works: bool
    reason: str = ""


class Output(Protocol):
    """Where sound goes. All is called from the player's thread; any call may raise CannotSound."""

    follows_speed: bool

    def ready(self) -> None: ...
    def open(self, order: Order, /) -> None: ...
    def start(self, pcm: bytes, /) -> None: ...  # comes back at once
    def stop(self, heard: bytes, /) -> None: ...  # of the piece started last
    def close(self, order: Order, heard: Heard, /) -> None: ...


Happened: TypeAlias = Began | Ended | Sounding
Sound: TypeAlias = Callable[[Sentence], bytes | None]


class Player:
    """`play` and `cut` come back at once; `on_event` is called from the player's thread. `sound` gives a sentence or
    None while clips are missing, `awaits` whether they are coming."""

    def __init__(
        self, output: Output, sound: Sound, awaits: Callable[[Sentence], bool], on_event: Callable[[Happened], None]
    ) -> None:
        self.output = output
        self.sound = sound
        self.awaits = awaits
        self.on_event = on_event
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._cut = 0  # every order up to this token
        self._closing = False
        self._told: Sounding | None = None
        self.tones: dict[Tone, bytes] = {}
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def play(self, order: Order) -> None:
        """Sound it after those before it; the flow gives one at a time."""
        self._orders.put(order)

    def cut(self, token: int) -> None:
        """Stop the order with that token, or never begin it."""
        with self._changed:
            self._cut = max(self._cut, token)
            self._changed.notify()

    def close(self) -> None:
        """Stop and end the thread; what sounds is cut."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._orders.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=ENDS_S)

    def _run(self) -> None:
        self.attempt(self.output.ready)
        gap = silence(AFTER_TONE_S)
        self.tones = {
            Tone.NONE: b"",
            Tone.CHIME: tones(CHIME, lasts_s=1.1, decay_s=0.32) + gap,
            Tone.ALARM: tones(ALARM, lasts_s=0.2, decay_s=1.0) + gap,
        }
        while (order := self._orders.get()) is not None:
            Airing(self, order).run()

    # --- for the airing, on the player's thread ------------------------------------------------------------

    def is_cut(self, order: Order) -> bool:
        """Whether it is to stop."""
        return self._closing or self._cut >= order.token

    def wait(self, order: Order, until: float) -> None:
        """Until that monotonic time, or until it is cut."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_cut(order), timeout=max(0.0, until - time.monotonic()))

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do it with the output; trouble is told and the announcement goes on silently, with its captions."""
        try:
            act()
        except OSError as error:
            if self._told is None or self._told.works:
                log.warning("sound: %s", error)
            self._tell(Sounding(False, "cannot_sound"))
            return False
        self._tell(Sounding(True))
        return True

    def _tell(self, sounding: Sounding) -> None:
        if sounding != self._told:
            self._told = sounding
            self.on_event(sounding)


class Airing:
    """One order being sounded."""

    def __init__(self, player: Player, order: Order) -> None:
        self._player = player
        self._order = order
        self._output = player.output
        self._speed = order.speed if player.output.follows_speed else 1.0
        self._begun: list[Sentence] = []
        self._mute = False
        self._works = False
        self._due = 0.0  # monotonic: when what was handed over is over

    def run(self) -> None:
        order, player = self._order, self._player
        if not player.is_cut(order):
            self._works = player.attempt(lambda: self._output.open(order))
            started = self._due = time.monotonic()
            self._sentences()
            heard = Heard(
                started=started,
                ended=time.monotonic(),
                sentences=tuple(self._begun),
                cut=player.is_cut(order),
                mute=self._mute,
            )
            if self._works:
                player.attempt(lambda: self._output.close(order, heard))
        player.on_event(Ended(order.token, len(self._begun)))

    def _sentences(self) -> None:
        order, player = self._order, self._player
        self._piece(player.tones[order.announcement.tone])
        for i, sentence in enumerate(order.announcement.sentences):
            pcm = self._sound(sentence)
            if player.is_cut(order):
                return
            self._begun.append(sentence)
            player.on_event(Began(order.token, i))
            if pcm is None:
                self._mute = True
                pcm = silence(max(READ_LEAST_S, READ_S * len(sentence.text)))
            self._piece(pcm + silence(AFTER_SENTENCE_S))

    def _sound(self, sentence: Sentence) -> bytes | None:
        """The sentence, or None if it has no voice even after the grace."""
        player, until = self._player, time.monotonic() + GRACE_S
        while (pcm := player.sound(sentence)) is None:
            if player.is_cut(self._order) or time.monotonic() > until or not player.awaits(sentence):
                # It may have come between the two questions.
                return player.sound(sentence)
            self._piece(silence(LOOK_S * self._speed))
        return pcm

    def _piece(self, pcm: bytes) -> None:
        """Sound it and wait until it is over or cut."""
        player = self._player
        if not pcm or player.is_cut(self._order):
            return
        begun = time.monotonic()
        self._due = begun + seconds(pcm) / self._speed
        if self._works:
            self._works = player.attempt(lambda: self._output.start(pcm))
        player.wait(self._order, self._due)
        elapsed = time.monotonic() - begun
        heard = pcm if begun + elapsed >= self._due else cut_at(pcm, elapsed * self._speed)
        if self._works:
            self._works = player.attempt(lambda: self._output.stop(heard))
