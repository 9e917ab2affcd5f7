"""A window as a pad is told of it, and pads in every situation."""

from __future__ import annotations

from typing import Any

from evaluator.flow import fresh, step
from evaluator.values import Effect, Settings, State
from hall.happened import HubChanged, Note, Told
from hall.messages import Card, Catalogue, InHand, ListedWindow, ListedZone, Rated, WindowState
from hall.model import DeskState, PostLetter, ServiceState, TicketState
from hall.ratings import reasons_in
from hall.station.settings import words

REASONS = reasons_in(words("ratings"))
SETTINGS = Settings(window=3, reasons=REASONS)
FIRST, SECOND = "2026-11-23/A017#1", "2026-11-23/A018#1"


def catalogue(*clerks: Card) -> Catalogue:
    return Catalogue(
        rev=1,
        hall="shishu",
        name="石墅县政务服务中心",
        utc_offset="+08:00",
        departments=(),
        matters=(),
        zones=(ListedZone(id="a", name="A区"),),
        windows=tuple(ListedWindow(number=n, zone="a", name="综合受理" if n == 3 else "") for n in range(1, 7)),
        clerks=clerks
        or (
            Card(badge="101", name="王小丽", title="社会保险科 科员", photo="101.png"),
            Card(badge="102", name="欧阳建国"),
        ),
        complaint_phone="0915-3212345",
    )


def window(rate: str | None = None, state: DeskState = DeskState.FREE, **changes: Any) -> WindowState:
    given: dict[str, Any] = {"rev": 10, "window": 3, "zone": "a", "clerk": "101", "letter": PostLetter.A}
    return WindowState(**(given | changes), state=state, rate=rate)


def in_hand(ticket: str) -> InHand:
    return InHand(
        ticket=ticket,
        label=ticket[11:],
        matter="m",
        state=TicketState.SERVING,
        service=ServiceState.SERVING,
        calls=1,
        called_at=0,
    )


def told(*events: object, settings: Settings = SETTINGS, here: bool = True, mono: float = 0.0) -> State:
    """The flow's state after messages and events, all at one monotonic second."""
    return after(fresh(settings), HubChanged(here), *events, mono=mono)[0]


def after(state: State, *events: object, mono: float = 0.0) -> tuple[State, tuple[Effect, ...]]:
    """The state after messages and events, and all effects on the way."""
    effects: tuple[Effect, ...] = ()
    for event in events:
        message = isinstance(event, WindowState | Catalogue)
        state, more = step(state, Told(event) if message else event, mono)  # type: ignore[arg-type]
        effects += more
    return state, effects


def rated_in(effects: tuple[Effect, ...]) -> list[Rated]:
    """The ratings among effects."""
    return [e.fact for e in effects if isinstance(e, Note) and isinstance(e.fact, Rated)]
