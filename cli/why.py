"""`hall why`: one ticket's story from the log: what happened to it, which rule called it, and who went before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, structs
from rich.console import Console
from rich.text import Text

from hall.errors import BadLog
from hall.events import (
    AnyEvent,
    Called,
    CameBack,
    DayOpened,
    Finished,
    Missed,
    Requeued,
    TakenBack,
    TicketIssued,
    TicketPrinted,
    decode_event,
)
from hall.hours import local
from hall.model import Day, DeskAct, Hall, Instant, Printing, Ticket, TicketId
from hall.numbering import matches
from hall.routing import Level, Rule
from hall.station.settings import read_hall, words
from hall.topics import HUB
from hall.wording import Words
from hub.floor import Floor
from hub.held import listed
from hub.snapshot import Snapshot

FOUND, NOT_FOUND = 0, 1


class Told(Struct, frozen=True):
    """One sentence of a story: when, which, and what fills it."""

    at: Instant
    key: str
    values: dict[str, Any]


def why(wanted: str, store: Path, hall_file: Path, console: Console, *, language: str = "zh", day: Day = "") -> int:
    """Print the story of a ticket (`A017`, or `2026-11-23/A017`); the exit code."""
    hall, say = read_hall(hall_file), words("why", language)
    with Snapshot(store) as snapshot:
        if snapshot.hall != hall.id:
            raise BadLog(f"{store} belongs to hall {snapshot.hall!r}, {hall_file} describes {hall.id!r}")
        rows = [(at, decode_event(body)) for _, at, body, _ in snapshot.log()]
        on = wanted.partition("/")[0] if "/" in wanted else day or snapshot.day or ""
    label = wanted.partition("/")[2] or wanted
    found = tickets(rows, on, label)
    if len(found) != 1:
        key = "several" if found else "not_found"
        text = Text(say(key, label=label, day=on, options=", ".join(found)), "bold red")
        console.print(text, soft_wrap=True)
        return NOT_FOUND
    console.print(Text(say("title", hall=hall.name, ticket=found[0]), "bold"))
    for told in story(rows, found[0]):
        clock = local(hall.utc_offset, told.at).strftime("%H:%M:%S")
        sentence = say(told.key, **named(hall, told.values, language, say))
        console.print(Text.assemble((clock, "cyan"), "  ", sentence), soft_wrap=True)
    return FOUND


def tickets(rows: Iterable[tuple[Instant, AnyEvent]], day: Day, label: str) -> list[TicketId]:
    """The tickets of a day that a label names."""
    issued = (event for _, event in rows if isinstance(event, TicketIssued))
    return [event.ticket for event in issued if event.day == day and matches(event.label, label)]


def story(rows: Iterable[tuple[Instant, AnyEvent]], ticket: TicketId) -> Iterator[Told]:
    """Everything that happened to a ticket, and every call that passed it over. The day is rebuilt as the hub held it,
    so that what is told here is what the rules saw."""
    floor, day = Floor(), ticket.partition("/")[0]
    for at, event in rows:
        changed = floor.apply(event, at)
        if floor.day != day:
            if isinstance(event, DayOpened) and floor.day is not None and floor.day > day:
                return
            continue
        after = next((one for one in changed if isinstance(one, Ticket) and one.id == ticket), None)
        if getattr(event, "ticket", None) == ticket:
            yield from _of_event(at, event, floor)
        elif after is not None and isinstance(event, Called):
            by = event.ticket.partition("/")[2]
            yield Told(at, f"overtaken.{event.rule}", _values(event) | {"by": by, "count": after.overtaken})


def _of_event(at: Instant, event: AnyEvent, floor: Floor) -> Iterator[Told]:
    values = _values(event)
    tag = str(event.__struct_config__.tag).partition("/")[0]
    if isinstance(event, TicketIssued):
        yield Told(at, "issued", values)
        for key in ("priority", "for_window", "for_clerk", "further", "booking"):
            if values[key]:
                yield Told(at, "joint.named" if key == "for_window" and event.hosted else f"asked.{key}", values)
    elif isinstance(event, TicketPrinted):
        yield Told(at, f"printed.{Printing(event.outcome).value}", values)
    elif isinstance(event, Called):
        values["names"] = ", ".join(name.partition("/")[2] for name in event.passed_first) or "–"
        values["more"] = "…" if event.passed > len(event.passed_first) else ""
        values["put_off"] = event.put_off.partition("/")[2]
        yield Told(at, f"called.{Rule(event.rule).value}", values)
        if event.level in (Level.HELP, Level.DELEGATED):
            yield Told(at, f"level.{event.level}", values)
        service = floor.services[event.service]
        if service.part:
            values |= {"part": service.part, "joint": service.joint}
            yield Told(at, "joint.called", values | {"parts": listed(floor.tickets[event.ticket].parts)})
    elif isinstance(event, Missed):
        yield Told(at, "missed.behind" if event.behind_place else f"missed.{event.then}", values)
    elif isinstance(event, Finished):
        yield Told(at, "finished", values)
        if floor.services[event.service].part and not event.joint:
            yield Told(at, "joint.done", values | {"joint": floor.services[event.service].joint})
        if event.joint:
            yield from _goes_on(at, event, floor)
        elif event.further:
            yield Told(at, "further", values)
    elif isinstance(event, Requeued):
        yield Told(at, f"requeued.{event.rule}", values)
    elif isinstance(event, CameBack):  # of what its window had set aside the hub lets go when that closes
        yield Told(at, "came_back.let_go" if event.station == HUB else f"came_back.{event.rule}", values)
    elif isinstance(event, TakenBack):
        yield from _taken_back(at, event)
    else:
        ticket = floor.tickets.get(str(values.get("ticket")))
        yield Told(at, tag, values | {"state": ticket.state if ticket else ""})


def _goes_on(at: Instant, event: Finished, floor: Floor) -> Iterator[Told]:
    """A joint matter goes on to its next part, or back to its host."""
    host = floor.tickets[event.ticket].host
    values = _values(event) | {"count": len(event.parts), "host": host}
    if not floor.services[event.service].part:
        yield Told(at, "joint.begun", values)
    back = event.further == event.joint
    yield Told(at, ("joint.back" if event.to_window else "joint.back_anywhere") if back else "joint.next", values)


def _taken_back(at: Instant, event: TakenBack) -> Iterator[Told]:
    """An undone press, and how the ticket stands again."""
    yield Told(at, f"taken_back.{DeskAct(event.act).value}", _values(event))
    stood = structs.asdict(event.stood) if event.stood is not None else {}
    for key in ("for_window", "for_clerk", "behind_place", "aside"):
        if stood.get(key):
            yield Told(at, f"again.{key}", _values(event) | stood)


def _values(event: AnyEvent) -> dict[str, Any]:
    return structs.asdict(event)


def named(hall: Hall, values: dict[str, Any], language: str, say: Words) -> dict[str, Any]:
    """What fills a sentence: names stand for ids where the hall has them, words for the codes of reasons."""
    told = dict(values)

    def name(row: Any) -> str:
        return str((language != "zh" and row.english) or row.name)

    told["count"] = told.get("count", len(told.get("parts") or ()))
    for key in ("matter", "further", "joint", "parts"):
        ids = told.get(key) or ()
        ids = (ids,) if isinstance(ids, str) else ids
        told[key] = say("list").join(name(hall.by_matter[m]) if m in hall.by_matter else m for m in ids)
    if f"reason.{told.get('reason') or 'none'}" in say:
        told["reason"] = say(f"reason.{told.get('reason') or 'none'}")
    priority = hall.by_priority.get(told.get("priority", ""))
    told["priority"] = name(priority) if priority else told.get("priority", "")
    told["basis"] = priority.basis if priority else ""
    told["weight"] = f"{priority.weight_minutes:g}" if priority else "0"
    told["bound"] = priority.bound if priority else hall.policy.overtaken_at_most
    return told
