"""The rules, pure: a floor and a request give events and a reply. The windows' rules are in hub.at_window."""

from __future__ import annotations

from hall.errors import IllegalMove
from hall.events import (
    AlertEnded,
    AlertRaised,
    AnyEvent,
    DeviceChanged,
    TicketPrinted,
    TicketVoided,
    WishWithdrawn,
)
from hall.lifecycle import PRINTING, allows
from hall.messages import (
    Cancel,
    DeviceSeen,
    Done,
    Health,
    Issued,
    Noted,
    Printed,
    Refusal,
    Refused,
    Wish,
    Withdrawal,
    Withdrawn,
)
from hall.model import (
    AlertKind,
    Hall,
    Instant,
    Printing,
    Role,
    Ticket,
    TicketState,
    VoidReason,
)
from hall.topics import ID, SUBJECT
from hub.arranging import ARRANGING
from hub.asking import Rule, roles
from hub.at_guide_desk import AT_GUIDE_DESK
from hub.at_window import AT_WINDOW
from hub.booking import BOOKING
from hub.decision import Asked, Decision, Refuse
from hub.floor import Floor
from hub.issuing import ISSUING
from hub.steps.tickets import PRINT_MOVES
from hub.undoing import press_taken_back


def decide(hall: Hall, floor: Floor, asked: Asked, now: Instant) -> Decision:
    """What a request comes to: events and a reply. The floor is only read."""
    try:
        if isinstance(asked.body, Wish) and asked.not_after is not None and now > asked.not_after:
            raise Refuse(Refusal.LATE, f"wanted until {asked.not_after}, now {now}")
        return _RULES[type(asked.body)](hall, floor, asked, asked.body, now)
    except Refuse as refuse:
        return Decision(reply=refuse.reply)
    except IllegalMove as error:
        return Decision(reply=Refused(code=Refusal.NOT_ALLOWED, detail=str(error)))


# --- paper ---


def _printed(hall: Hall, floor: Floor, asked: Asked, fact: Printed, _now: Instant) -> Decision:
    ticket = floor.tickets.get(fact.ticket)
    if ticket is None:
        # Of an earlier day, whose close has already called it unknown: the fact comes too late to change a day.
        if floor.day is not None and fact.ticket[:10] < floor.day:
            return Decision(reply=Noted())
        raise Refuse(Refusal.UNKNOWN_TICKET, fact.ticket)
    if asked.station != ticket.station and not {Role.CALLER, Role.DESK} & set(roles(hall, asked)):
        raise Refuse(Refusal.UNKNOWN_TICKET, "issued at another station")
    if fact.outcome is Printing.RESERVED:
        raise Refuse(Refusal.NOT_ALLOWED, "a print ends on paper, unknown or void")
    move = PRINT_MOVES[fact.outcome]
    void = fact.outcome is Printing.VOID
    known = ticket.printing is fact.outcome or not allows(PRINTING, ticket.printing, move)
    # Nothing came out of the printer this time: that says little about a number that has another slip, or was called.
    if known or (void and (ticket.state is not TicketState.WAITING or ticket.reprints > 0)):
        return Decision(reply=Noted())
    events: list[AnyEvent] = [TicketPrinted(ticket=ticket.id, outcome=fact.outcome, reason=fact.reason[:80])]
    if void:
        events.append(TicketVoided(ticket=ticket.id, reason=VoidReason.NOT_PRINTED))
    events += print_alert(floor, ticket, fact.outcome)
    return Decision(events=tuple(events), reply=Noted())


def print_alert(floor: Floor, ticket: Ticket, outcome: Printing) -> list[AnyEvent]:
    """Staff are told while a station's last print is unknown."""
    alert = f"print-{ticket.station}"
    if outcome is Printing.UNKNOWN and alert not in floor.alerts:
        return [AlertRaised(alert=alert, kind=AlertKind.PRINT_UNKNOWN, subject=ticket.station, detail=ticket.label)]
    if outcome is Printing.ON_PAPER and alert in floor.alerts:
        return [AlertEnded(alert=alert)]
    return []


# --- giving up, and devices ---


def _cancel(_hall: Hall, floor: Floor, asked: Asked, fact: Cancel, _now: Instant) -> Decision:
    """A wish given up: never happened (and barred), undone, or it stands and the station gets what it missed."""
    undo: tuple[AnyEvent, ...] = ()
    match asked.earlier:
        case None | Refused():
            outcome = Withdrawal.NEVER
        case Issued(reprint=True):
            outcome = Withdrawal.UNDONE  # a second slip that was never printed takes nothing back
        case Issued(ticket=ticket):
            undo = _unissue(floor, ticket)
            outcome = Withdrawal.UNDONE if undo else Withdrawal.STANDS
        case Done(window=state):
            desk = floor.desk(state.window)
            if desk.act is not None and desk.act_request == fact.request:
                undo = press_taken_back(floor, desk)
            outcome = Withdrawal.UNDONE if undo else Withdrawal.STANDS
        case _:
            outcome = Withdrawal.STANDS
    missed = None
    if outcome is Withdrawal.STANDS and not isinstance(asked.earlier, Withdrawn):
        missed = asked.earlier
    event = WishWithdrawn(station=asked.station, request=fact.request, outcome=outcome)
    return Decision(events=(*undo, event), reply=Withdrawn(outcome=outcome, missed=missed))


def _unissue(floor: Floor, ticket_id: str) -> tuple[AnyEvent, ...]:
    ticket = floor.tickets.get(ticket_id)
    if ticket is None or ticket.state is not TicketState.WAITING:
        return ()
    if ticket.printing is Printing.ON_PAPER or ticket.services > 0:  # somebody holds it
        return ()
    return (TicketVoided(ticket=ticket.id, reason=VoidReason.WITHDRAWN),)


def _device_seen(_hall: Hall, floor: Floor, asked: Asked, fact: DeviceSeen, _now: Instant) -> Decision:
    device, reason = fact.device, fact.reason[:80]
    alert = f"device-{asked.station}-{device}"
    if not (ID.fullmatch(device) and SUBJECT.fullmatch(alert)):  # it becomes a topic
        raise Refuse(Refusal.NOT_ALLOWED, f"a device's name is short, of a-z, 0-9 and -: {device[:60]!r}")
    events: list[AnyEvent] = [DeviceChanged(station=asked.station, device=device, health=fact.health, reason=reason)]
    detail = f"{device}: {reason}"
    known = floor.alerts.get(alert)
    if fact.health is Health.READY or (known is not None and known.detail != detail):
        events += [AlertEnded(alert=alert)] if known else []
        known = None
    if fact.health is not Health.READY and known is None:
        events.append(AlertRaised(alert=alert, kind=AlertKind.DEVICE, subject=asked.station, detail=detail))
    return Decision(events=tuple(events), reply=Noted())


_RULES: dict[type, Rule] = {
    Printed: _printed,
    Cancel: _cancel,
    DeviceSeen: _device_seen,
    **ISSUING,
    **BOOKING,
    **ARRANGING,
    **AT_WINDOW,
    **AT_GUIDE_DESK,
}
