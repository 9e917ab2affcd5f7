"""What a reconciliation finds: differences, and exceptions that a mishap explains."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from msgspec import Struct

from testbed.day import clock

AFTER_S: Final = 15.0  # real: so long a mishap is still felt: connections are tried again, outboxes emptied
LATE_S: Final = 2.5  # real: so much later than the log a wire may show a thing on a busy machine


class Mishap(Struct, frozen=True, kw_only=True):
    """Something that was done to the hall: business times in seconds since midnight, real ones since the start."""

    number: int
    kind: str
    target: str
    began: float
    ended: float
    real_began_s: float
    real_ended_s: float
    felt_by: tuple[str, ...]  # stations, `hub`, `broker`; `*`: everybody
    detail: str = ""  # what there is to say of it

    def words(self) -> str:
        """As one line."""
        return f"{self.number}: {self.kind} {self.target} {clock(self.began)}–{clock(self.ended)}"


class Findings:
    """Collects them. `speed`: business seconds in a real one."""

    def __init__(self, mishaps: Collection[Mishap], speed: float) -> None:
        self._mishaps = tuple(mishaps)
        self.speed = speed
        self.differences: list[dict[str, Any]] = []
        self.exceptions: list[dict[str, Any]] = []

    @property
    def late_s(self) -> float:
        """Business seconds by which a wire may be later than the log."""
        return LATE_S * self.speed

    def differs(self, what: str, t: float | None = None) -> None:
        """A difference that nothing explains."""
        self.differences.append({"what": what} | ({} if t is None else {"t": round(t, 3), "at": clock(t)}))

    def is_excused(self, what: str, who: Collection[str], t: float, until: float | None = None) -> bool:
        """Whether a mishap that one of them felt explains it; then it is an exception, else a difference."""
        mishap = self.cause(who, t, until)
        if mishap is None:
            self.differs(what, t)
            return False
        self.excuse(what, t, mishap.words(), mishap.number)
        return True

    def excuse(self, what: str, t: float, cause: str, number: int | None = None) -> None:
        """An exception, and what caused it."""
        row = {"what": what, "t": round(t, 3), "at": clock(t), "cause": cause}
        self.exceptions.append(row | ({} if number is None else {"fault": number}))

    def cause(self, who: Collection[str], t: float, until: float | None = None) -> Mishap | None:
        """The latest mishap that one of them felt at that time."""
        end = t if until is None else max(t, until)
        after = AFTER_S * self.speed
        felt = [
            m
            for m in self._mishaps
            if m.began - self.late_s <= end
            and t <= m.ended + after
            and ("*" in m.felt_by or not set(m.felt_by).isdisjoint(who))
        ]
        return max(felt, key=lambda m: m.began, default=None)
