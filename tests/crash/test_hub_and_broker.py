"""kill -9 of hub and broker at random moments under load: no number lost, doubled or called twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.events import DayClosed
from hub.writer import Writer
from tests.crash import accounts
from tests.crash.house import House, kills

DAY_MS = 24 * 3600 * 1000


def run(root: Path, count: int, seed: int) -> None:
    """Kill so often, let all settle, then close the accounts."""
    with House(root, machines=4, windows=4, seed=seed) as house:
        for kill in kills(count, seed):
            house.do(kill)
        house.await_progress(100, "answers after the last kill")
        house.settle()
    store = house.store()
    try:
        events = [event for _, event in store.events()]
        issued = len(store.floor().tickets)
        assert issued > 5 * count, f"only {issued} tickets: too little happened between the kills to say anything"
        assert accounts.log_mistakes(store) == []
        assert accounts.number_mistakes(events) == []
        assert accounts.in_order(events)
        assert accounts.call_mistakes(events) == []
        assert accounts.promise_mistakes(store, house.witnesses) == []
        assert accounts.ticket_mistakes(store, house.witnesses, house.reported) == []
        assert accounts.window_mistakes(store, house.witnesses) == []
        tickets = [*store.floor().tickets]
        outcome = Writer(house.hall, store).take((), store.at + DAY_MS)
        assert outcome.sealed
        (closed,) = [event for _, event in store.events() if isinstance(event, DayClosed)]
        held = list(store.rows(accounts.TABLES[0], "WHERE day = ?", (closed.day,)))
        assert {ticket.id for ticket in held if isinstance(ticket, accounts.Ticket)} == set(tickets)
        assert accounts.count_mistakes((t for t in held if isinstance(t, accounts.Ticket)), closed) == []
        assert accounts.log_mistakes(store) == []
    finally:
        store.close()


def test_twenty_kills(tmp_path: Path) -> None:
    run(tmp_path, 20, seed=1)


@pytest.mark.crash
def test_two_hundred_kills(tmp_path: Path) -> None:
    run(tmp_path, 200, seed=2)
