"""The one family of errors: each is also a standard error, and says what was wrong, where, and what to do."""

from __future__ import annotations


class HallError(Exception):
    """Anything this product refuses or cannot do."""


class IllegalMove(HallError, ValueError):
    """A move that the lifecycle's table does not hold; nothing was changed."""


class BadFile(HallError, ValueError):
    """A hall, station or profile file with mistakes: all of them, each with its file, path and reason."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
        super().__init__("\n".join((f"{count}; nothing was done:", *mistakes)))


class BadMessage(HallError, ValueError):
    """Bytes on a topic that are no message of ours."""


class BadLog(HallError, RuntimeError):
    """The log does not verify: where the chain breaks and what was expected."""


class CannotWrite(HallError, OSError):
    """The store could not take a transaction (disk full, read-only): nothing of it was kept."""


class ClockBehind(HallError, RuntimeError):
    """The hub's clock stands before its last event."""
