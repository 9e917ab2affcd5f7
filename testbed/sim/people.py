"""A ticket and a window as the checker knows them: from the events alone."""

from __future__ import annotations

from typing import Any, NamedTuple

Row = dict[str, Any]


class Held:
    """A ticket, as far as the events tell."""

    def __init__(self, event: Row, at: int) -> None:
        self.id: str = event["ticket"]
        self.series, self.number, self.place = event["series"], event["number"], event["place"]
        self.matter: str = event["matter"]
        self.station: str = event["station"]
        self.issued_at = at
        self.state, self.printing = "waiting", "reserved"
        self.for_window: int | None = event.get("for_window")
        self.for_clerk: str | None = event.get("for_clerk")
        self.window: int | None = None
        self.priority: str = event.get("priority", "")
        self.further: list[str] = list(event.get("further", ()))
        self.booking: str = event.get("booking", "")
        self.overtaken, self.misses, self.kept_until = 0, 0, 0
        self.behind: tuple[int, int] | None = None
        self.joint, self.done = "", 0  # the joint matter under way, and how many of its steps are done
        self.steps: list[str] = []
        self.host: int | None = None

    @property
    def stands(self) -> tuple[int, int, int, int]:
        """Where among the others: by arrival, or behind the one that stands at that time and place."""
        if self.behind is not None:
            return (*self.behind, 1, self.place)
        return self.issued_at, self.place, 0, self.place

    @property
    def lane(self) -> str:
        """Its class; whoever was missed has none any more."""
        return "" if self.misses else self.priority


class Stood(NamedTuple):
    """How a ticket stood when it was called."""

    state: str
    window: int | None
    for_window: int | None
    for_clerk: str | None
    behind: tuple[int, int] | None

    @classmethod
    def of(cls, ticket: Held) -> Stood:
        """As it stands now."""
        return cls(ticket.state, ticket.window, ticket.for_window, ticket.for_clerk, ticket.behind)

    def told(self) -> Row:
        """What an event that takes a press back has to say of it."""
        behind_at, behind_place = self.behind or (0, 0)
        return {
            "for_window": self.for_window,
            "for_clerk": self.for_clerk,
            "behind_at": behind_at,
            "behind_place": behind_place,
            "aside": self.state == "held",
        }

    def again(self, ticket: Held) -> None:
        """It asks for whom it asked, and stands where it stood."""
        ticket.for_window, ticket.for_clerk, ticket.behind = self.for_window, self.for_clerk, self.behind


class Seat:
    """A window, as far as the events tell."""

    def __init__(self) -> None:
        self.state, self.clerk = "closed", None
        self.ticket: str | None = None
        self.service: str | None = None
        self.history: list[tuple[int, tuple[Any, ...]]] = [(0, self.shown())]

    def shown(self) -> tuple[Any, ...]:
        """What a window's state tells of it."""
        return self.state, self.clerk, self.ticket

    def shown_at(self, seq: int) -> tuple[Any, ...]:
        """What it told when the log stood at `seq`."""
        return next(shown for at, shown in reversed(self.history) if at <= seq)
