"""The checker itself: a log that breaks a rule is told by the invariant it breaks, and a right one is not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import Struct

from hall.events import (
    AnyEvent,
    BlockOpened,
    BlockReturned,
    Called,
    DayClosed,
    DayOpened,
    Finished,
    Recalled,
    SignedIn,
    SignInFailed,
    Started,
    Stood,
    TakenBack,
    TicketIssued,
    TicketLeft,
    TicketPrinted,
    TicketVoided,
    WishWithdrawn,
    encode_event,
)
from hall.events import Resumed as Opened
from hall.messages import Withdrawal
from hall.model import DeskAct, Disposition, PostLetter, Printing, VoidReason
from testbed.sim.invariants import INVARIANTS
from testbed.sim.ledger import Ledger
from testbed.sim.place import START, hall
from testbed.sim.secret import has_pin

DAY = "2026-11-23"


def issued(number: int, place: int | None = None) -> TicketIssued:
    label = f"A{number:03}"
    return TicketIssued(
        ticket=f"{DAY}/{label}",
        day=DAY,
        series="A",
        number=number,
        label=label,
        matter="pension",
        station="kiosk-1",
        place=number if place is None else place,
    )


def printed(number: int, outcome: Printing = Printing.ON_PAPER, reason: str = "") -> TicketPrinted:
    return TicketPrinted(ticket=f"{DAY}/A{number:03}", outcome=outcome, reason=reason)


def of(number: int, window: int = 1) -> dict[str, Any]:
    return {"service": f"{DAY}/A{number:03}#1", "ticket": f"{DAY}/A{number:03}", "window": window}


def called(number: int, window: int = 1, **more: Any) -> Called:
    told = {"clerk": f"10{window}", "letter": PostLetter.A, "rule": "first_come", "matter": "pension", "day": DAY}
    return Called(**(of(number, window) | told | more))


def sat(window: int) -> tuple[AnyEvent, ...]:
    return SignedIn(window=window, badge=f"10{window}", letter=PostLetter.A), Opened(window=window)


OPENED: tuple[AnyEvent, ...] = (
    DayOpened(day=DAY),
    BlockOpened(day=DAY, series="A", first=1, last=999, holder="hub"),
    *sat(1),
    *sat(2),
)
TWO = (*OPENED, issued(1), issued(2), printed(1), printed(2))
WRONG = SignInFailed(window=3, badge="103", failures=1)
VOID_2 = (printed(2, Printing.VOID), TicketVoided(ticket=f"{DAY}/A002", reason=VoidReason.NOT_PRINTED))


def closed(tickets: int) -> DayClosed:
    return DayClosed(day=DAY, issued=tickets, served=0, no_show=0, left=tickets, void=0)


class Case(Struct, frozen=True):
    """A log and the invariant that it breaks; empty for one that breaks none."""

    name: str
    events: Sequence[AnyEvent]
    breaks: str = ""


CASES = (
    Case("a call in order", (*TWO, called(1), Started(**of(1)), called(2, 2))),
    Case(
        "an undone press",
        (*TWO, called(1, request="r"), TakenBack(act=DeskAct.CALL, stood=Stood(), **of(1)), called(1, 2, service="s2")),
    ),
    Case(
        "an undone press that leaves it elsewhere",
        (*TWO, called(1), TakenBack(act=DeskAct.CALL, stood=Stood(for_window=2), **of(1))),
        "taken-back",
    ),
    Case("a call out of order", (*TWO, called(2)), "first-come"),
    Case("by number, told as such", (*TWO, called(2, rule="by_number", passed=1, passed_first=(f"{DAY}/A001",)))),
    Case("by number, miscounted", (*TWO, called(2, rule="by_number", passed=0)), "why"),
    Case("two in hand", (*TWO, called(1), called(2)), "one-hand"),
    Case("at two windows", (*TWO, called(1), called(1, 2, service="s2")), "one-hand"),
    Case("before the paper is known", (*OPENED, issued(1), called(1)), "printing"),
    Case("unknown too early", (*OPENED, issued(1), printed(1, Printing.UNKNOWN, "no_report")), "printing"),
    Case("issued twice", (*TWO, issued(2, 9)), "one-number"),
    Case("a number left out", (*TWO, issued(4)), "counted"),
    Case("a place taken twice", (*TWO, issued(3, 1)), "first-come"),
    Case("void on paper", (*TWO, TicketVoided(ticket=f"{DAY}/A001", reason=VoidReason.WITHDRAWN)), "paper"),
    Case("a recall miscounted", (*TWO, called(1), Recalled(calls=3, **of(1))), "announced"),
    Case("finished before it began", (*TWO, called(1), Finished(disposition=Disposition.DONE, **of(1))), "one-hand"),
    Case(
        "withdrawn and standing",
        (*TWO, called(1, request="r"), WishWithdrawn(station="window-1", request="r", outcome=Withdrawal.UNDONE)),
        "withdrawn",
    ),
    Case(
        "withdrawn, then done",
        (*TWO, WishWithdrawn(station="window-1", request="r", outcome=Withdrawal.NEVER), called(1, request="r")),
        "withdrawn",
    ),
    Case("five failures without a lock", (*OPENED, *(WRONG,) * 5), "locked"),
    Case(
        "tried while locked",
        (*OPENED, *(WRONG,) * 4, SignInFailed(window=3, badge="103", failures=5, until=START + 60_000), WRONG),
        "locked",
    ),
    Case("a ticket that waits at the close", (*TWO, closed(2)), "ended"),
    Case(
        "a series not given back",
        (*OPENED, issued(1), printed(1), TicketLeft(ticket=f"{DAY}/A001", rule="day_closed"), closed(1)),
        "counted",
    ),
    Case(
        "a series given back wrong",
        (*TWO, BlockReturned(day=DAY, series="A", first=1, first_unused=2, last=999)),
        "counted",
    ),
    Case("void, not printed", (*OPENED, issued(1), printed(1), issued(2), *VOID_2)),
)


def broken(events: Sequence[AnyEvent]) -> list[str]:
    """The invariants that a log of these events breaks, in order."""
    found: list[str] = []
    ledger = Ledger(hall(), lambda invariant, _why: found.append(invariant))
    head = bytes(32)
    for seq, event in enumerate(events, start=1):
        body = encode_event(event)
        head = hashlib.sha256(head + seq.to_bytes(8, "big") + START.to_bytes(8, "big") + body).digest()
        ledger.add(seq, START, body, head)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_log_is_judged(case: Case) -> None:
    found = broken(case.events)
    assert (case.breaks in found) if case.breaks else not found, found
    assert set(found) <= set(INVARIANTS)


def test_a_row_out_of_the_chain_is_told() -> None:
    found: list[str] = []
    ledger = Ledger(hall(), lambda invariant, _why: found.append(invariant))
    ledger.add(1, START, encode_event(DayOpened(day=DAY)), bytes(32))
    assert found == ["chain"]


@pytest.mark.parametrize(
    ("data", "leaks"),
    [
        (b'{"pin":"72635445"}', True),
        (b"10372635445", True),  # badge and PIN in one
        (b'{"until":1796172635445}', False),  # a time that ends like it
        (b'{"until":1796172635445,"typed":"72635445"}', True),
        (b"\x0472635445\x00", True),
        (b"7263544", False),
    ],
)
def test_a_pin_is_seen_wherever_it_stands_but_in_a_time(data: bytes, leaks: bool) -> None:
    assert has_pin(data) is leaks
