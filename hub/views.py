"""What the hub tells: the retained states drawn from the floor, and the moments that follow from events. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from hall.events import AnyEvent, Called, Recalled
from hall.hours import day_of, taking
from hall.messages import (
    AlertState,
    Aside,
    BoardRow,
    BoardState,
    Card,
    Catalogue,
    EmergencyState,
    Hosted,
    InHand,
    ListedDepartment,
    ListedMatter,
    ListedPost,
    ListedPriority,
    ListedWindow,
    ListedZone,
    OpenState,
    Retained,
    Say,
    WindowState,
)
from hall.model import Alert, DeskState, Hall, Instant, MatterId, Printing, Ticket, TicketState, WindowNo, ZoneId
from hall.pin import salt_of
from hall.topics import CATALOGUE, EMERGENCY, OPEN, Tree
from hall.waiting import served, windows_for
from hub.asking import looked_at
from hub.floor import Floor
from hub.held import listed
from hub.joint import steps_of


class Tell(Struct, frozen=True):
    """A retained state to publish."""

    topic: str
    message: Retained


def window_state(hall: Hall, floor: Floor, window: WindowNo, rev: int) -> WindowState:
    """A window as stations see it."""
    desk = floor.desk(window)
    in_hand = None
    if desk.ticket is not None and desk.service is not None:
        ticket, service = floor.tickets[desk.ticket], floor.services[desk.service]
        parts = parts_of(hall, ticket)
        in_hand = InHand(
            ticket=ticket.id,
            label=ticket.label,
            matter=ticket.matter,
            state=ticket.state,
            service=service.state,
            calls=service.calls,
            called_at=service.called_at,
            started_at=service.started_at,
            paper_unknown=ticket.printing is Printing.UNKNOWN,
            further=listed(ticket.further),
            joint=ticket.joint if ticket.part else ticket.matter if parts else "",
            parts=parts,
            part=ticket.part,
        )
    return WindowState(
        rev=rev,
        window=window,
        zone=hall.by_window[window].zone,
        state=desk.state,
        clerk=desk.clerk,
        letter=desk.letter,
        in_hand=in_hand,
        waiting=sum(len(at.line) for at in looked_at(hall, floor, window, floor.last_at)),
        undo=desk.act,
        undo_until=desk.act_at + round(hall.policy.undo_s * 1000) if desk.act else None,
        rate=desk.rate,
        aside=_aside(floor, window),
        hosted=_hosted(floor, window),
    )


def parts_of(hall: Hall, ticket: Ticket) -> tuple[MatterId, ...]:
    """The parts of the joint matter that is under way, or that begins with the ticket's matter."""
    if ticket.part:
        return listed(ticket.parts)
    matter = hall.by_matter.get(ticket.matter)
    return steps_of(matter) if matter is not None and matter.joint is not None else ()


def _aside(floor: Floor, window: WindowNo) -> tuple[Aside, ...]:
    """What a window has set aside, first set aside first."""
    found = []
    for ticket in (floor.tickets[t] for t, at in floor.aside.items() if at == window):
        service = floor.services[f"{ticket.id}#{ticket.services}"]
        since, reason = service.ended_at or service.called_at, service.reason
        found.append(Aside(label=ticket.label, matter=ticket.matter, since=since, reason=reason))
    return tuple(sorted(found, key=lambda one: (one.since, one.label)))


def _hosted(floor: Floor, window: WindowNo) -> tuple[Hosted, ...]:
    """The tickets whose joint matter a window hosts, by arrival."""
    tickets = sorted((floor.tickets[t] for t, host in floor.hosted.items() if host == window), key=lambda t: t.place)
    return tuple(
        Hosted(
            label=t.label,
            joint=t.joint,
            parts=listed(t.parts),
            part=t.part,
            state=t.state,
            window=t.window if t.state in (TicketState.CALLED, TicketState.SERVING, TicketState.HELD) else None,
        )
        for t in tickets
    )


def board_state(hall: Hall, floor: Floor, zone: ZoneId, rev: int) -> BoardState:
    """The board of a zone: who is called where, newest call first."""
    windows = [w for w in hall.windows if w.zone == zone]
    rows = []
    for window in windows:
        desk = floor.desk(window.number)
        if desk.ticket is not None and desk.service is not None:
            ticket, service = floor.tickets[desk.ticket], floor.services[desk.service]
            rows.append(
                BoardRow(
                    label=ticket.label,
                    window=window.number,
                    called_at=service.called_at,
                    state=ticket.state,
                    calls=service.calls,
                )
            )
    rows.sort(key=lambda row: row.called_at, reverse=True)
    waiting: dict[str, int] = {}
    for matter in sorted({m for w in windows for m in served(w)}):
        count = floor.waiting((matter,))
        if count:
            department = hall.by_matter[matter].department
            waiting[department] = waiting.get(department, 0) + count
    states = {w.number: floor.desk(w.number).state for w in windows}
    return BoardState(
        rev=rev,
        zone=zone,
        rows=tuple(rows),
        waiting=waiting,
        paused=tuple(n for n, state in states.items() if state is DeskState.PAUSED),
        open=tuple(n for n, state in states.items() if state not in (DeskState.PAUSED, DeskState.CLOSED)),
    )


def open_state(hall: Hall, now: Instant, rev: int, trouble: str = "") -> OpenState:
    """Whether tickets are given out; a trouble of the hub closes them too."""
    hours = taking(hall, now)
    return OpenState(
        rev=rev,
        day=day_of(hall.utc_offset, now),
        taking=hours.open and not trouble,
        reason=trouble or hours.reason,
        reopens_at=None if trouble else hours.reopens_at,
    )


def catalogue(hall: Hall, speed: float = 1.0) -> Catalogue:
    """What stations show of the hall. `speed`: business seconds in a real one."""
    return Catalogue(
        rev=0,
        hall=hall.id,
        name=hall.name,
        utc_offset=hall.utc_offset,
        departments=tuple(ListedDepartment(id=d.id, name=d.name, english=d.english) for d in hall.departments),
        matters=tuple(
            ListedMatter(
                id=m.id,
                name=m.name,
                department=m.department,
                windows=windows_for(hall, m.id),
                english=m.english,
            )
            for m in hall.matters
        ),
        zones=tuple(ListedZone(id=z.id, name=z.name, english=z.english) for z in hall.zones),
        windows=tuple(ListedWindow(number=w.number, zone=w.zone, name=w.name) for w in hall.windows),
        clerks=tuple(
            Card(badge=c.badge, name=c.name, title=c.title, photo=c.photo, pin_salt=salt_of(c.pin)) for c in hall.clerks
        ),
        follow_url=hall.follow_url,
        complaint_phone=hall.complaint_phone,
        reprint_s=hall.policy.reprint_s / speed,
        no_show_calls=hall.policy.calls_before_no_show,
        speed=speed,
        priorities=tuple(
            ListedPriority(id=p.id, name=p.name, basis=p.basis, english=p.english, at_kiosk=p.at_kiosk)
            for p in hall.policy.priorities
        ),
        bookings=bool(hall.policy.bookings.quotas),
        posts=tuple(
            ListedPost(window=p.window, letter=p.letter, badge=p.badge, since=p.since, until=p.until)
            for p in hall.posts
        ),
        matters_at_kiosk=hall.policy.matters_at_kiosk,
    )


def emergency_state(floor: Floor, zone: ZoneId, rev: int) -> EmergencyState:
    """A zone's emergency; an empty text for none."""
    held = floor.emergencies.get(zone)
    return EmergencyState(rev=rev, zone=zone, text=held.text if held else "", since=held.since if held else 0)


def alert_state(alert: Alert, rev: int) -> AlertState:
    """An alert as stations see it."""
    return AlertState(
        rev=rev,
        id=alert.id,
        kind=alert.kind,
        subject=alert.subject,
        detail=alert.detail,
        started_at=alert.started_at,
        ended_at=alert.ended_at,
    )


def announcements(hall: Hall, floor: Floor, events: Iterable[AnyEvent], at: Instant) -> list[Say]:
    """What the hall's voice says: one announcement for each committed call and recall."""
    said = []
    for event in events:
        if isinstance(event, Called | Recalled):
            call = event.calls if isinstance(event, Recalled) else 1
            said.append(
                Say(
                    id=f"{event.service}~{call}",
                    zone=hall.by_window[event.window].zone,
                    label=floor.tickets[event.ticket].label,
                    window=event.window,
                    repeats=hall.policy.announce_repeats,
                    call=call,
                    at=at,
                    not_after=at + round(hall.policy.announce_valid_s * 1000),
                )
            )
    return said


class Shown:
    """Remembers what every retained topic shows, so that only what changed is told again."""

    def __init__(self, hall: Hall, speed: float = 1.0) -> None:
        self._hall = hall
        self._speed = speed
        self._tree = Tree(hall.id)
        self._told: dict[str, Retained] = {}

    def changed(self, floor: Floor, now: Instant, rev: int, trouble: Alert | None = None) -> list[Tell]:
        """The states that are not as last told. `trouble`: what keeps the hub from committing, which no log holds."""
        hall, tree = self._hall, self._tree
        states: dict[str, Retained] = {
            tree.window(w.number): window_state(hall, floor, w.number, rev) for w in hall.windows
        }
        states.update((tree.board(z.id), board_state(hall, floor, z.id, rev)) for z in hall.zones)
        states.update((tree.of(EMERGENCY, z.id), emergency_state(floor, z.id, rev)) for z in hall.zones)
        states[tree.of(OPEN)] = open_state(hall, now, rev, trouble.kind.value if trouble else "")
        alerts = {tree.alert(a.id): alert_state(a, rev) for a in floor.alerts.values()}
        if trouble is not None:
            alerts[tree.alert(trouble.id)] = alert_state(trouble, rev)
        for topic, old in self._told.items():
            if isinstance(old, AlertState) and old.ended_at is None and topic not in alerts:
                alerts[topic] = replace(old, ended_at=now, rev=rev)
        states.update(alerts)
        tells = []
        for topic, state in states.items():
            told = self._told.get(topic)
            if told is None or replace(told, rev=rev) != state:
                self._told[topic] = state
                tells.append(Tell(topic, state))
        return tells

    def ended(self, topic: str, found: AlertState, now: Instant, rev: int) -> AlertState | None:
        """What to tell of an alert found at the broker that stands there and nowhere else."""
        told = self._told.get(topic)
        if found.ended_at is not None or (isinstance(told, AlertState) and told.ended_at is None):
            return None
        self._told[topic] = replace(found, ended_at=now, rev=rev)
        return replace(found, ended_at=now, rev=rev)

    def everything(self) -> list[Tell]:
        """All states, for a broker that may have lost them."""
        about = Tell(self._tree.of(CATALOGUE), catalogue(self._hall, self._speed))
        return [about, *(Tell(topic, state) for topic, state in self._told.items())]
