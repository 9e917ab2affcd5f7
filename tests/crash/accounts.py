"""The accounts after a run with kills: what stations were promised against what the log holds, line by line.

Every function gives the mistakes it finds as sentences; an empty list is what a test wants.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import msgspec

from hall.events import (
    AnyEvent,
    Called,
    Finished,
    Missed,
    Paused,
    Recalled,
    Resumed,
    Started,
    TakenBack,
    TicketIssued,
    TicketVoided,
    Transferred,
)
from hall.messages import (
    Answer,
    AnyReply,
    Cancel,
    Done,
    Finish,
    Issued,
    Next,
    NoShow,
    Pause,
    Recall,
    Refusal,
    Refused,
    Resume,
    Start,
    TakeTicket,
    Transfer,
    Undo,
    Withdrawal,
    Withdrawn,
    decode,
)
from hall.model import DeskAct, Printing, RequestId, StationId, Ticket, TicketId, TicketState, VoidReason
from hub.snapshot import Snapshot
from hub.store import Store
from hub.tables import BY_KIND
from hub.verify import verify
from tests.crash.load import Witness

# What the last event of a request is, by what was asked. A second sign-in of the same clerk is done without one.
LAST_EVENT: dict[type, tuple[type, ...]] = {
    Next: (Called, Finished),
    Recall: (Recalled,),
    Start: (Started,),
    Finish: (Finished,),
    NoShow: (Missed,),
    Transfer: (Transferred,),
    Undo: (TakenBack,),
    Pause: (Paused,),
    Resume: (Resumed,),
}
UNKEPT = (Refusal.CLOCK_BEHIND, Refusal.MALFORMED, Refusal.OVERSIZED)  # refused without a trace, by contract
ENDS = (TicketState.SERVED, TicketState.NO_SHOW, TicketState.LEFT, TicketState.VOID)


def log_mistakes(path: Path) -> list[str]:
    """The chain from its beginning, and every table rebuilt from it against the table held."""
    broken = verify(path, rebuild=True).broken
    return [] if broken is None else [str(broken)]


def tickets_in(path: Path) -> list[Ticket]:
    """The tickets of a store whose hub goes on."""
    with Snapshot(path) as snapshot:
        rows = list(snapshot.rows(BY_KIND[Ticket]))
    return [msgspec.convert(dict(zip(Ticket.__struct_fields__, row, strict=True)), Ticket) for row in rows]


def number_mistakes(events: Iterable[AnyEvent]) -> list[str]:
    """Every series counts 1, 2, 3 … without a gap, and no number twice."""
    numbers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in events:
        if isinstance(event, TicketIssued):
            numbers[event.day, event.series].append(event.number)
    return [
        f"series {series}: {given[:5]}… is not 1 to {len(given)}"
        for (_, series), given in numbers.items()
        if given != list(range(1, len(given) + 1))
    ]


def call_mistakes(events: Iterable[AnyEvent]) -> list[str]:
    """No ticket is called while it is called, no request calls twice."""
    out: list[str] = []
    called: set[TicketId] = set()
    by_request: Counter[RequestId] = Counter()
    for event in events:
        if isinstance(event, Called):
            by_request[event.request] += 1
            if event.ticket in called:
                out.append(f"{event.ticket} was called twice")
            called.add(event.ticket)
        elif isinstance(event, Transferred) or (isinstance(event, TakenBack) and event.act is DeskAct.CALL):
            called.discard(event.ticket)
    return out + [f"request {request} called {n} tickets" for request, n in by_request.items() if n > 1]


def promise_mistakes(store: Store, witnesses: Mapping[StationId, Witness]) -> list[str]:
    """One request has one answer, however often it was asked; the hub still knows it, and the log bears it out."""
    out: list[str] = []
    rows = dict(enumerate((event for _, event in store.events()), start=1))
    issued = {event.ticket: event for event in rows.values() if isinstance(event, TicketIssued)}
    for station, witness in witnesses.items():
        # A wish that was given up keeps the bar instead of its first answer.
        barred = {ask.body.request for ask in witness.asked.values() if isinstance(ask.body, Cancel)}
        for request, bodies in witness.answers.items():
            kept = {body for body in bodies if not _is_refused(body, *UNKEPT)}
            told = {body for body in kept if not _is_refused(body, Refusal.WITHDRAWN)}
            where = f"{station} {request}"
            if request not in witness.asked:
                out.append(f"{where}: answered but never asked")
            elif len(told) > 1:
                out.append(f"{where}: {len(told)} different answers to one request: {sorted(told)}")
            elif kept and store.reply(station, request) not in kept and request not in barred:
                out.append(f"{where}: the hub keeps another answer than it gave")
            for body in told:
                out += _borne_out(where, witness.asked[request].body, decode(body, Answer).reply, rows, issued)
    return out


def _borne_out(
    where: str, asked: object, reply: AnyReply, rows: Mapping[int, AnyEvent], issued: Mapping[TicketId, TicketIssued]
) -> list[str]:
    if isinstance(reply, Withdrawn):
        reply = reply.missed or reply
    if isinstance(reply, Issued):
        event = issued.get(reply.ticket)
        if event is None or (event.label, event.matter) != (reply.label, reply.matter):
            return [f"{where}: was given {reply.ticket}, which the log does not have"]
    if isinstance(reply, Done) and type(asked) in LAST_EVENT:
        last = rows.get(reply.window.rev)
        if not isinstance(last, LAST_EVENT[type(asked)]) or getattr(last, "window", None) != reply.window.window:
            return [f"{where}: {asked} is done at {reply.window.rev}, where the log has {last}"]
    return []


def ticket_mistakes(
    store: Store,
    witnesses: Mapping[StationId, Witness],
    reported: Mapping[TicketId, Printing],
    orphans: Collection[TicketId] = (),
    unreported: Collection[Printing] = (),
) -> list[str]:
    """Every ticket of the log is one station's, or withdrawn and nobody's; its paper is as the station reported.
    An orphan was asked for by a station that died before it heard of it; `unreported` is what paper may be of which a
    station could tell nothing."""
    out: list[str] = []
    holders: defaultdict[TicketId, list[str]] = defaultdict(list)
    for station, witness in witnesses.items():
        for request, reply in settled(witness).items():
            if isinstance(reply, Issued) and isinstance(witness.asked[request].body, TakeTicket):
                holders[reply.ticket].append(f"{station} {request}")
    withdrawn = {
        event.ticket
        for _, event in store.events()
        if isinstance(event, TicketVoided) and event.reason == VoidReason.WITHDRAWN
    }
    tickets = store.floor().tickets
    for ticket in tickets.values():
        held = holders.get(ticket.id, [])
        if ticket.id in orphans:
            continue
        if len(held) != (0 if ticket.id in withdrawn else 1):
            out.append(f"{ticket.id} ({ticket.state}, {ticket.reason}) belongs to {held or 'nobody'}")
        told = reported.get(ticket.id)
        if held and ticket.printing not in (unreported if told is None else (told,)):
            out.append(f"{ticket.id} is {ticket.printing}, its station reported {told}")
    out += [
        f"{ticket} was given to {held} and is not in the store"
        for ticket, held in holders.items()
        if ticket not in tickets
    ]
    return out


def window_mistakes(
    store: Store, witnesses: Mapping[StationId, Witness], orphans: Collection[RequestId] = ()
) -> list[str]:
    """Every call, start, finish and miss of the log is known to the window that wished it, or was withdrawn; except
    for orphans, whose station died before it heard of them."""
    replies = {request: reply for witness in witnesses.values() for request, reply in settled(witness).items()}
    undone = _undone(witnesses.values())
    out = []
    for _, event in store.events():
        if not isinstance(event, Called | Started | Finished | Missed) or not event.request or event.request in orphans:
            continue
        if not isinstance(replies.get(event.request), Done) and event.request not in undone:
            out.append(f"{event} of request {event.request}: its window never learnt of it")
    return out


def settled(witness: Witness) -> dict[RequestId, AnyReply]:
    """What each wish came to for its station: its own answer if that came before it was given up, else what the
    withdrawal brought. A wish that was given up and undone is not among them."""
    out: dict[RequestId, AnyReply] = {}
    cancelled: dict[RequestId, RequestId] = {}
    for request, ask in witness.asked.items():
        if isinstance(ask.body, Cancel):
            cancelled[ask.body.request] = request
    for request, ask in witness.asked.items():
        if isinstance(ask.body, Cancel):
            continue
        answer = witness.first(cancelled.get(request, request))
        reply = answer.reply if answer else None
        if isinstance(reply, Withdrawn):
            reply = reply.missed if reply.outcome is Withdrawal.STANDS else None
        if reply is not None:
            out[request] = reply
    return out


def _undone(witnesses: Iterable[Witness]) -> set[RequestId]:
    found = set()
    for witness in witnesses:
        for request, ask in witness.asked.items():
            answer = witness.first(request)
            reply = answer.reply if answer else None
            if isinstance(ask.body, Cancel) and isinstance(reply, Withdrawn) and reply.outcome is Withdrawal.UNDONE:
                found.add(ask.body.request)
    return found


def _is_refused(body: bytes, *codes: Refusal) -> bool:
    if not body:
        return False
    reply = decode(body, Answer).reply
    return isinstance(reply, Refused) and reply.code in codes


def count_mistakes(tickets: Iterable[Ticket], closed: object) -> list[str]:
    """The close of the day counts what the tables hold: `closed` is its DayClosed."""
    held = Counter(ticket.state for ticket in tickets)
    told = {state: getattr(closed, state.value) for state in ENDS}
    out = [f"{n} tickets are {state} after the close" for state, n in held.items() if state not in ENDS]
    out += [f"{told[state]} are told {state}, {held[state]} are" for state in ENDS if told[state] != held[state]]
    if getattr(closed, "issued", None) != sum(held.values()):
        out.append(f"{getattr(closed, 'issued', None)} are told issued, {sum(held.values())} are held")
    return out


def in_order(events: Iterable[AnyEvent]) -> bool:
    """Whether places of arrival only rise."""
    places = [event.place for event in events if isinstance(event, TicketIssued)]
    return all(a < b for a, b in pairwise(places))
