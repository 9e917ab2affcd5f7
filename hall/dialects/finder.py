"""Finds the frames of one dialect in a stream, however it is cut into pieces, and whatever else is on the line.

Every header is followed until it is a frame or cannot be one, so noise that looks like a header never hides the good
frame behind it: the frame whose last byte comes first is given out with that byte. What began before it was cut short
by it; what began inside it was only data. Bytes that never looked like a frame are other devices' business and pass in
silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

import msgspec

from hall.dialects import Damaged

F = TypeVar("F")

CUT_SHORT = "cut short"


class Verdict(Enum):
    """What bytes from a header on are, when they are neither a frame nor damage."""

    MORE = "more"  # too few to say
    NOT_ONE = "not one"  # no frame of this dialect begins here


class Whole(msgspec.Struct, Generic[F], frozen=True):
    """A frame, and how many bytes it took."""

    frame: F
    size: int


# Judges bytes that begin with a start byte. It looks at the shortest beginning that decides, and damage holds exactly
# that beginning: so the verdict is the same however many bytes follow.
Judge: TypeAlias = "Callable[[bytes], Whole[F] | Damaged | Verdict]"


class Finder(Generic[F]):
    """`starts`: the bytes a frame may begin with; `longest`: no verdict needs more bytes, and no more are held."""

    def __init__(self, starts: bytes, longest: int, judge: Judge[F]) -> None:
        self._next_start = re.compile(b"[" + re.escape(starts) + b"]").search
        self._longest = longest
        self._judge = judge
        self._rest = b""  # from the oldest header that is still open

    @property
    def held(self) -> int:
        """How many bytes wait for more of their frame."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[F | Damaged]:
        """The frames and damage that these bytes complete, in the order of the line."""
        stream, at = self._rest + data, 0
        heard: list[F | Damaged] = []
        while True:
            seen, best = self._look(stream, at)
            if best is None:
                break
            start, whole = best
            at = start + whole.size
            heard += [_before(stream, began, verdict, start, at) for began, verdict in seen if began < start]
            heard.append(whole.frame)
        kept = next((began for began, verdict in seen if verdict is Verdict.MORE), len(stream))
        # Damage behind an open header may be inside a good frame: it is judged again with the bytes to come.
        heard += [verdict for began, verdict in seen if isinstance(verdict, Damaged) and began < kept]
        self._rest = stream[kept:]
        return heard

    def end(self) -> list[Damaged]:
        """The stream is over: what was begun and not finished. A lone start byte began nothing."""
        seen, _ = self._look(self._rest, 0)
        heard = [Damaged(self._rest, CUT_SHORT)] if len(self._rest) > 1 else []
        heard += [verdict for _, verdict in seen if isinstance(verdict, Damaged)]
        self._rest = b""
        return heard

    def _look(
        self, stream: bytes, at: int
    ) -> tuple[list[tuple[int, Whole[F] | Damaged | Verdict]], tuple[int, Whole[F]] | None]:
        """The verdict on every header from `at` on, and the frame that ends first with where it begins."""
        seen: list[tuple[int, Whole[F] | Damaged | Verdict]] = []
        best: tuple[int, Whole[F]] | None = None
        ends = len(stream) + 1
        while (match := self._next_start(stream, at)) is not None and (began := match.start()) < ends:
            verdict = self._judge(stream[began : began + self._longest])
            if verdict is not Verdict.NOT_ONE:
                seen.append((began, verdict))
            if isinstance(verdict, Whole) and began + verdict.size < ends:
                best, ends = (began, verdict), began + verdict.size
            at = began + 1
        return seen, best


def _before(stream: bytes, began: int, verdict: Whole[F] | Damaged | Verdict, start: int, end: int) -> Damaged:
    """What a header before a good frame was: damaged by then, or cut short by the frame."""
    if isinstance(verdict, Damaged) and began + len(verdict.data) <= end:
        return verdict
    return Damaged(stream[began:start], CUT_SHORT)
