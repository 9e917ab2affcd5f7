"""The rules of the guide desk, the quiet key and the pads, pure: look-ups, emergencies, alarms and ratings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from hall.events import AlertEnded, AlertRaised, EmergencySet, ServiceRated
from hall.messages import CallStaff, EndAlert, Find, Found, Noted, Rated, Refusal, SetEmergency
from hall.model import AlertKind, Hall, Instant, Role, ServiceState, TicketState
from hall.numbering import matches
from hub.asking import hosted, must_have_role, people_ahead
from hub.decision import Asked, Decision, Personal, Refuse
from hub.floor import Floor
from hub.held import key_of, listed
from hub.retention import delete_after

MAX_TEXT = 200  # characters of an emergency
MAX_WORDS = 150  # characters of own words (wording.md)


def _find(hall: Hall, floor: Floor, asked: Asked, wish: Find, _now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK)
    found = [t for t in floor.tickets.values() if len(wish.label) <= 20 and matches(t.label, wish.label)]
    if not found:
        raise Refuse(Refusal.UNKNOWN_TICKET, wish.label[:20])
    if len(found) > 1:
        raise Refuse(Refusal.AMBIGUOUS, ", ".join(t.label for t in found[:5]))
    ticket = found[0]
    waits = ticket.state is TicketState.WAITING
    reply = Found(
        ticket=ticket.id,
        label=ticket.label,
        matter=ticket.matter,
        state=ticket.state,
        printing=ticket.printing,
        issued_at=ticket.issued_at,
        ahead=sum(people_ahead(hall, floor, ticket.matter, key_of(ticket)).values()) if waits else 0,
        window=ticket.for_window if waits and ticket.for_window is not None else ticket.window,
        priority=ticket.priority,
        further=listed(ticket.further),
        kept_until=ticket.kept_until or None,
        joint=ticket.joint if ticket.part else "",
        parts=listed(ticket.parts) if ticket.part else (),
        part=ticket.part,
    )
    return Decision(reply=reply)


def _set_emergency(hall: Hall, floor: Floor, asked: Asked, wish: SetEmergency, _now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK)
    if wish.zone is not None and wish.zone not in hall.by_zone:
        raise Refuse(Refusal.BAD_TARGET, f"no zone {wish.zone[:40]}")
    if len(wish.text) > MAX_TEXT:
        raise Refuse(Refusal.NOT_ALLOWED, f"at most {MAX_TEXT} characters")
    zones = [z.id for z in hall.zones if wish.zone in (None, z.id)]
    text = wish.text.strip()
    changed = [z for z in zones if (floor.emergencies[z].text if z in floor.emergencies else "") != text]
    events = tuple(EmergencySet(zone=zone, text=text, station=asked.station) for zone in changed)
    return Decision(events=events, reply=Noted())


def _call_staff(hall: Hall, floor: Floor, asked: Asked, wish: CallStaff, _now: Instant) -> Decision:
    hosted(hall, floor, asked, wish)
    alert = f"staff-call-{wish.window}"
    if alert in floor.alerts:
        return Decision(window=wish.window)
    event = AlertRaised(alert=alert, kind=AlertKind.STAFF_CALL, subject=str(wish.window), detail="")
    return Decision(events=(event,), window=wish.window)


def _end_alert(hall: Hall, floor: Floor, asked: Asked, wish: EndAlert, _now: Instant) -> Decision:
    must_have_role(hall, asked, Role.DESK)
    if wish.alert not in floor.alerts:
        return Decision(reply=Noted())
    return Decision(events=(AlertEnded(alert=wish.alert),), reply=Noted())


def _rated(hall: Hall, floor: Floor, asked: Asked, fact: Rated, now: Instant) -> Decision:
    """One rating a service, bound to the clerk who gave it; a second one is noted without effect."""
    must_have_role(hall, asked, Role.EVALUATOR)
    service = floor.services.get(fact.service)
    if service is None:
        if floor.day is not None and fact.service[:10] < floor.day:
            return Decision(reply=Noted())  # of a day that is sealed
        raise Refuse(Refusal.UNKNOWN_TICKET, fact.service[:40])
    station = hall.by_station[asked.station]
    if service.window not in station.windows:
        raise Refuse(Refusal.NOT_YOUR_WINDOW, f"{asked.station} does not host window {service.window}")
    if not 0 <= fact.level <= 5 or len(fact.reasons) > 40:
        raise Refuse(Refusal.NOT_ALLOWED, "a level is 1 to 5, or 0 for none")
    if fact.service in floor.ratings or service.state is not ServiceState.FINISHED:
        return Decision(reply=Noted())
    words = fact.words.strip()[:MAX_WORDS] if fact.level else ""
    event = ServiceRated(
        service=service.id,
        window=service.window,
        clerk=service.clerk,
        level=fact.level,
        reasons=fact.reasons if fact.level else (),
        version=fact.version[:40],
        # The request id is the salt: made once, unguessable, and not kept with the text.
        words=hashlib.sha256(f"{asked.id}\n{words}".encode()).hexdigest() if words else "",
    )
    personal = (
        (Personal(key=service.id, kind="rating_words", text=words, delete_after=delete_after(hall, now)),)
        if words
        else ()
    )
    return Decision(events=(event,), reply=Noted(), personal=personal)


AT_GUIDE_DESK: dict[type, Callable[[Hall, Floor, Asked, Any, Instant], Decision]] = {
    Find: _find,
    SetEmergency: _set_emergency,
    CallStaff: _call_staff,
    EndAlert: _end_alert,
    Rated: _rated,
}
