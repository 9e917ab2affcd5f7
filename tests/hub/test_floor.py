"""The tables of moves, and the floor that holds them: what no table allows raises and changes nothing."""

from __future__ import annotations

from copy import deepcopy
from enum import StrEnum
from typing import Any

import pytest

from hall.errors import BadLog, IllegalMove
from hall.events import (
    AnyEvent,
    Called,
    Event,
    Finished,
    Missed,
    Paused,
    Resumed,
    SignedIn,
    SignedOut,
    Started,
    TakenBack,
    TicketIssued,
    TicketLeft,
    TicketPrinted,
    TicketVoided,
    Transferred,
)
from hall.lifecycle import DESK, PRINTING, SERVICE, TICKET, Table, allows, moved
from hall.messages import Finish, Next, NoShow, Resume, Start
from hall.model import (
    DeskAct,
    DeskState,
    Disposition,
    MissReason,
    PostLetter,
    Printing,
    ServiceState,
    TicketState,
    VoidReason,
)
from hub.floor import STEPS, Floor
from tests.hub.made import House

TABLES: dict[str, Table[Any, Any]] = {"ticket": TICKET, "printing": PRINTING, "service": SERVICE, "desk": DESK}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_holds_every_state_and_each_can_be_reached(name: str) -> None:
    table = TABLES[name]
    states: type[StrEnum] = type(next(iter(table)))
    assert set(table) == set(states)
    reached = {next(iter(table))}
    while more := {to for state in reached for to in table[state].values()} - reached:
        reached |= more
    assert reached == set(states)


@pytest.mark.parametrize("name", TABLES)
def test_a_move_that_no_table_holds_raises_and_says_which(name: str) -> None:
    table = TABLES[name]
    moves = {move for row in table.values() for move in row}
    refused = 0
    for state, row in table.items():
        for move in moves:
            assert allows(table, state, move) is (move in row)
            if move in row:
                assert moved(table, state, move) is row[move]
            else:
                with pytest.raises(IllegalMove, match=f"{move} from {state}"):
                    moved(table, state, move)
                refused += 1
    assert refused


def test_what_has_ended_for_good_does_not_move() -> None:
    assert [s for s in TICKET if not TICKET[s]] == [TicketState.LEFT, TicketState.VOID]
    assert [s for s in SERVICE if not SERVICE[s]] == [ServiceState.TRANSFERRED, ServiceState.UNDONE, ServiceState.HELD]
    assert [p for p in PRINTING if not PRINTING[p]] == [Printing.ON_PAPER, Printing.VOID]


def test_a_ticket_in_hand_is_left_only_by_its_window() -> None:
    for state in (TicketState.CALLED, TicketState.SERVING):
        assert not {"void", "leave", "call"} & set(TICKET[state])
    for desk in (DeskState.CALLING, DeskState.SERVING):
        assert not {"sign_in", "sign_out", "hand_over", "pause", "call"} & set(DESK[desk])


def test_every_event_of_the_log_has_a_rule() -> None:
    assert set(STEPS) == set(AnyEvent.__args__)


def test_an_event_without_a_rule_is_a_bad_log() -> None:
    class Unheard(Event, frozen=True, kw_only=True, tag="unheard/1"):
        pass

    with pytest.raises(BadLog, match="Unheard"):
        Floor().apply(Unheard(), 0)  # type: ignore[arg-type]


T = "2026-11-23/A001"
S = f"{T}#1"
CALLED = Called(
    service=f"{T}#2",
    ticket=T,
    day="2026-11-23",
    matter="pension",
    window=1,
    clerk="101",
    letter=PostLetter.A,
    rule="first_come",
)
EVENTS: list[AnyEvent] = [
    TicketPrinted(ticket=T, outcome=Printing.ON_PAPER),
    TicketPrinted(ticket=T, outcome=Printing.VOID),
    TicketVoided(ticket=T, reason=VoidReason.WITHDRAWN),
    TicketLeft(ticket=T, rule="day_closed"),
    CALLED,
    Started(service=S, ticket=T, window=1),
    Finished(service=S, ticket=T, window=1, disposition=Disposition.DONE),
    Missed(service=S, ticket=T, window=1, reason=MissReason.ABSENT),
    Transferred(service=S, ticket=T, window=1, reason="", matter="relief"),
    *(TakenBack(window=1, act=act, service=S, ticket=T) for act in DeskAct),
    SignedIn(window=1, badge="101", letter=PostLetter.A),
    SignedIn(window=1, badge="102", letter=PostLetter.B, relieved="101"),
    SignedOut(window=1, badge="101"),
    Paused(window=1),
    Resumed(window=1),
    TicketIssued(
        ticket="2026-11-23/Z001",
        day="2026-11-23",
        series="Z",  # of no block
        number=1,
        label="Z001",
        matter="pension",
        station="kiosk-1",
        place=99,
    ),
]


def floors() -> dict[str, House]:
    """A001 in every state of a ticket, with window 1 in every state of a desk."""
    made: dict[str, House] = {}
    for way in ("waiting", "called", "serving", "served", "missed", "closed"):
        house = House()
        if way == "closed":
            house.ticket()
        else:
            house.sign_in()
            house.ticket()
            house.did(Resume(window=1))
        if way in ("called", "serving", "served", "missed"):
            house.did(Next(window=1))
        if way in ("serving", "served"):
            house.did(Start(window=1))
        if way == "served":
            house.did(Finish(window=1, disposition=Disposition.DONE))
        if way == "missed":
            house.did(NoShow(window=1, reason=MissReason.ABSENT))
        made[way] = house
    return made


def test_an_event_that_cannot_be_changes_nothing_of_the_floor() -> None:
    refused = allowed = 0
    for way, house in floors().items():
        for event in EVENTS:
            floor = deepcopy(house.writer.floor)
            before = deepcopy(vars(floor))
            try:
                floor.apply(event, house.now)
                allowed += 1
            except (IllegalMove, KeyError):
                assert vars(floor) == before, (way, event)
                refused += 1
    assert refused > 60
    assert allowed > 20


@pytest.mark.parametrize("way", ["waiting", "called", "serving", "served", "missed", "closed"])
def test_a_floor_loaded_from_its_rows_is_the_floor(way: str) -> None:
    house = floors()[way]
    assert seen(house.store.floor()) == seen(house.writer.floor)


def seen(floor: Floor) -> dict[str, Any]:
    """The floor without queues that have become empty."""
    return vars(floor) | {"queues": {key: queue for key, queue in floor.queues.items() if queue}}
