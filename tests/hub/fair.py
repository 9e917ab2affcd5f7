"""The hall of tests/hub/made.py with everything that a fair queue has: classes, help, an approval, bookings, alerts."""

from __future__ import annotations

from typing import Any

from hall.messages import Book, CheckIn, Issued, Next, Printed, TakeTicket
from hall.model import Hall, MatterId, Printing, TicketId, WindowNo
from tests.hall.halls import Table
from tests.hub.made import GUIDE_DESK, QUIET, House, at, made

CLASSES = [
    {"id": "elder", "name": "老年人", "english": "Elderly", "basis": "示例依据", "weight_minutes": 15.0, "bound": 2},
    {"id": "booked", "name": "预约", "basis": "示例依据", "weight_minutes": 30.0, "bound": 3, "at_kiosk": True},
]
PERSON = "0" * 64
ADAPTER = "booking-1"


def fair(table: Table) -> None:
    """Window 3 also helps out with pensions; medical is an approval, clerk 102 temporary staff."""
    table["windows"][2]["helps"] = ["pension"]
    table["matters"][1]["approval"] = True
    table["clerks"][1]["temporary"] = True
    table["stations"].append({"id": ADAPTER, "roles": ["booking"]})
    table["policy"] = {
        "calls_before_no_show": 1,
        "overtaken_at_most": 4,
        "help_over": 2,
        "priorities": CLASSES,
        "alerts": QUIET,
        "bookings": {
            "priority": "booked",
            "quotas": [{"matter": "pension", "begins": "10:00", "ends": "11:00", "places": 2}],
        },
    }


def changed(**policy: Any) -> Any:
    """The same with some of the policy changed."""

    def change(table: Table) -> None:
        fair(table)
        table["policy"] |= policy

    return change


def house(**policy: Any) -> House:
    """A hub of that hall, its day begun."""
    one = House(made(changed(**policy)) if policy else hall())
    one.take()
    return one


def hall() -> Hall:
    return made(fair)


def ticket(one: House, matter: MatterId = "pension", **asks: Any) -> TicketId:
    """A number on paper, given out by the guide desk."""
    reply = one.ask(GUIDE_DESK, TakeTicket(matter=matter, **asks))
    assert isinstance(reply, Issued), reply
    one.ask(GUIDE_DESK, Printed(ticket=reply.ticket, outcome=Printing.ON_PAPER))
    return reply.ticket


def called(one: House, window: WindowNo = 1) -> str:
    """The label that a window's next call brings."""
    in_hand = one.did(Next(window=window)).window.in_hand
    assert in_hand is not None
    return in_hand.label


def book(one: House, code: str = "K7Q2MA", person: str = PERSON, clock: str = "10:00", day: str = "2026-11-24") -> Any:
    """What the hub answers to a booking for a pension."""
    return one.ask(ADAPTER, Book(code=code, person=person, matter="pension", slot=at(clock, day)))


def check_in(one: House, code: str = "K7Q2MA") -> Any:
    return one.ask("kiosk-1", CheckIn(code=code))
