"""What can be wrong between a virtual device and its host, on request: each trouble spoils what the device says next.

silence    nothing comes          delay   everything comes late         junk       noise before and after
half       the frame breaks off   wrong   a byte near the end is wrong  collision  spoilt from some byte on
reset      the frame breaks off, and the device starts anew
"""

from __future__ import annotations

import random
from enum import StrEnum
from typing import Final, TypeAlias

_SPOILT: Final = 0x55
JUNK_BYTES: Final = 12
REBOOT_S: Final = 0.2

Piece: TypeAlias = tuple[float, bytes]  # seconds from now, and what is said then


class Fault(StrEnum):
    """A trouble by name."""

    SILENCE = "silence"
    DELAY = "delay"
    JUNK = "junk"
    HALF = "half"
    WRONG = "wrong"
    COLLISION = "collision"
    RESET = "reset"


LASTING: Final = (Fault.SILENCE, Fault.DELAY, Fault.JUNK)  # until they are over; the others hit so many frames


class Trouble:
    """What is wrong with one device. Guarded by the lock of its twin; the noise is the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self.silent = False
        self.delay_s = 0.0
        self.junk = False
        self._counts = dict.fromkeys((Fault.HALF, Fault.WRONG, Fault.COLLISION, Fault.RESET), 0)
        self._random = random.Random(seed)

    def begin(self, fault: Fault, amount: float = 1) -> None:
        """From now on: `amount` is seconds of a delay, otherwise how many frames are hit (lasting ones: until over)."""
        if fault is Fault.SILENCE:
            self.silent = True
        elif fault is Fault.DELAY:
            self.delay_s = amount
        elif fault is Fault.JUNK:
            self.junk = True
        else:
            self._counts[fault] = int(amount)

    def over(self) -> None:
        """Nothing is wrong any more."""
        self.silent, self.delay_s, self.junk = False, 0.0, False
        self._counts = dict.fromkeys(self._counts, 0)

    def told(self) -> str:
        """What is wrong now, in a few words; empty if nothing is."""
        lasting = {Fault.SILENCE: self.silent, Fault.JUNK: self.junk, Fault.DELAY: self.delay_s > 0}
        return ", ".join(
            [fault for fault, there in lasting.items() if there] + [f for f, n in self._counts.items() if n]
        )

    def spoil(self, data: bytes) -> tuple[list[Piece], bool]:
        """What reaches the line of a frame, and whether the device then starts anew."""
        if self.silent:
            return [], False
        reset = self._hits(Fault.RESET)
        if self._hits(Fault.HALF) or reset:
            data = data[: max(1, len(data) // 2)]
        if self._hits(Fault.WRONG):
            at = max(0, len(data) - 2)
            data = data[:at] + bytes([data[at] ^ _SPOILT]) + data[at + 1 :]
        if self._hits(Fault.COLLISION):
            at = self._random.randrange(len(data))
            data = data[:at] + bytes(byte ^ _SPOILT for byte in data[at:])
        if self.junk:
            data = self._noise() + data + self._noise()
        return [(self.delay_s, data)], reset

    def _hits(self, fault: Fault) -> bool:
        self._counts[fault] -= (hit := self._counts[fault] > 0)
        return hit

    def _noise(self) -> bytes:
        return self._random.randbytes(self._random.randint(1, JUNK_BYTES))
