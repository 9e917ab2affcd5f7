"""What a display shows of what it knows: `shown(state, now, mono) -> Shown`. Pure."""

from __future__ import annotations

from typing import Final

from display.flow import DESK_SAYS, emergencies_for, zone_of
from display.values import (
    Board,
    Body,
    Called,
    Clerk,
    Closed,
    Emergency,
    Misplaced,
    Place,
    Shown,
    Starting,
    State,
    Waiting,
    WindowSign,
)
from hall.listed import name_in
from hall.messages import BoardRow, BoardState, Catalogue, ListedWindow
from hall.model import DeskState, Instant, TicketState, WindowNo, ZoneId

TURN_S: Final = 10.0  # one page of a long list stands so long
MINUTE_MS: Final = 60_000
DEFAULT_OFFSET: Final = "+08:00"


def shown(state: State, now: Instant | None, mono: float, language: str = "zh") -> Shown:
    """What the screen shows. Equal values need no drawing."""
    catalogue = state.catalogue
    return Shown(
        hall=catalogue.name if catalogue else "",
        utc_offset=catalogue.utc_offset if catalogue else DEFAULT_OFFSET,
        now=None if now is None else now - now % MINUTE_MS,
        body=_body(state, mono, language),
        stale=state.hub_here is False,
        stale_since=state.away_since if state.hub_here is False else None,
    )


def _body(state: State, mono: float, language: str) -> Body:
    settings = state.settings
    zone = zone_of(state, settings.window) if settings.window is not None else settings.zone
    emergency = _emergency(state, zone, language)
    if emergency is not None:
        return emergency
    if _is_misplaced(state):
        return Misplaced(settings.zone if settings.window is None else None, settings.window)
    if settings.window is not None:
        return _window_sign(state, settings.window, mono, language)
    return _board(state, mono, language)


def _is_misplaced(state: State) -> bool:
    settings, catalogue = state.settings, state.catalogue
    if catalogue is None:
        return False
    if settings.window is not None:
        return all(w.number != settings.window for w in catalogue.windows)
    return settings.zone is not None and all(z.id != settings.zone for z in catalogue.zones)


def _emergency(state: State, zone: ZoneId | None, language: str) -> Emergency | None:
    told = emergencies_for(state, zone)
    if not told:
        return None
    whole_hall = state.settings.zone is None and state.settings.window is None
    texts: dict[str, list[str]] = {}
    for one in told:
        name = _zone_name(state.catalogue, one.zone, language) if whole_hall else ""
        texts.setdefault(one.text, []).extend([name] if name else [])
    everywhere = len(state.catalogue.zones) if state.catalogue else 0
    named = tuple((text, () if len(names) == everywhere else tuple(names)) for text, names in texts.items())
    return Emergency(named, min(one.since for one in told))


# --- boards -------------------------------------------------------------------------------------------------------


def _board(state: State, mono: float, language: str) -> Body:
    settings, catalogue = state.settings, state.catalogue
    boards = [b for zone, b in sorted(state.boards.items()) if settings.zone in (None, zone)]
    if not boards:
        return Starting()
    rows = [row for board in boards for row in board.rows]
    waiting = _waiting(boards, catalogue, language)
    shut = None
    if state.opening is not None and not state.opening.taking:
        shut = Closed(state.opening.reason, state.opening.reopens_at)
        if not rows and not waiting:
            return shut
    rows.sort(key=lambda row: _rank(row, state), reverse=True)
    zones = {settings.zone} if settings.zone is not None else {board.zone for board in boards}
    spoken = [s.text for zone, s in sorted(state.captions.items()) if zone in zones]
    return Board(
        zone=_zone_name(catalogue, settings.zone, language) if settings.zone is not None else "",
        called=tuple(_called(row, state, language) for row in rows),
        waiting=waiting,
        paused=tuple(sorted(n for board in boards for n in board.paused)),
        caption="　".join(spoken),
        notices=settings.notices,
        complaint_phone=catalogue.complaint_phone if catalogue else "",
        cases=state.cases,
        shut=shut,
        turn=0 if state.started is None else int((mono - state.started) / TURN_S),
    )


def _rank(row: BoardRow, state: State) -> tuple[bool, float, Instant, WindowNo]:
    """Called before served, new before old; a recall is as new as a call."""
    until = state.fresh.get((row.label, row.window, row.calls), 0.0)
    return row.state is TicketState.CALLED, until, row.called_at, -row.window


def _called(row: BoardRow, state: State, language: str) -> Called:
    serving = row.state is not TicketState.CALLED
    return Called(
        label=row.label,
        place=_place(state, row.window, language),
        called_at=row.called_at,
        serving=serving,
        fresh=not serving and (row.label, row.window, row.calls) in state.fresh,
    )


def _waiting(boards: list[BoardState], catalogue: Catalogue | None, language: str) -> tuple[Waiting, ...]:
    """By department, in the catalogue's order."""
    counts: dict[str, int] = {}
    shared = _departments_across_zones(catalogue)
    for board in boards:
        for department, count in board.waiting.items():
            before = counts.get(department, 0)
            # A matter served in two zones counts on both boards; the larger of the two is never too many.
            counts[department] = max(before, count) if department in shared else before + count
    listed = {d.id: d for d in catalogue.departments} if catalogue else {}
    order = {department: place for place, department in enumerate(listed)}
    known = sorted(counts, key=lambda d: (order.get(d, len(order)), d))
    return tuple(Waiting(name_in(language, listed[d]) if d in listed else d, counts[d]) for d in known)


def _departments_across_zones(catalogue: Catalogue | None) -> frozenset[str]:
    """Departments with a matter that windows of several zones serve."""
    if catalogue is None:
        return frozenset()
    zones = {w.number: w.zone for w in catalogue.windows}
    return frozenset(m.department for m in catalogue.matters if len({zones.get(n) for n in m.windows}) > 1)


# --- one window ---------------------------------------------------------------------------------------------------


def _window_sign(state: State, window: WindowNo, mono: float, language: str) -> Body:
    desk = state.windows.get(window)
    if desk is None:
        return Starting()
    ticket = desk.in_hand
    spoken = state.captions.get(desk.zone)
    return WindowSign(
        place=_place(state, window, language),
        says=DESK_SAYS[desk.state],
        ticket=ticket.label if ticket else "",
        fresh=ticket is not None and (ticket.label, window, ticket.calls) in state.fresh,
        clerk=_clerk(state) if desk.state is not DeskState.CLOSED else None,
        caption=spoken.text if spoken is not None and spoken.until > mono else "",
    )


def _clerk(state: State) -> Clerk | None:
    assert state.settings.window is not None
    desk = state.windows[state.settings.window]
    if desk.clerk is None:
        return None
    cards = state.catalogue.clerks if state.catalogue else ()
    card = next((c for c in cards if c.badge == desk.clerk), None)
    if card is None:
        return Clerk(badge=desk.clerk, letter=desk.letter)
    return Clerk(badge=card.badge, name=card.name, title=card.title, photo=card.photo, letter=desk.letter)


# --- names --------------------------------------------------------------------------------------------------------


def _place(state: State, window: WindowNo, language: str) -> Place:
    listed: tuple[ListedWindow, ...] = state.catalogue.windows if state.catalogue else ()
    found = next((w for w in listed if w.number == window), None)
    if found is None:
        return Place(window=window)
    zone = _zone_name(state.catalogue, found.zone, language)
    return Place(window=window, name=found.name, zone=zone)


def _zone_name(catalogue: Catalogue | None, zone: ZoneId, language: str) -> str:
    listed = catalogue.zones if catalogue else ()
    return next((name_in(language, z) for z in listed if z.id == zone), "")
