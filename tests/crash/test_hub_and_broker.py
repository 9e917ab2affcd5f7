"""kill -9 of hub and broker at random moments under load: no number lost, doubled or called twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.events import DayClosed
from hall.model import Ticket
from hub.store import Store
from hub.tables import BY_KIND
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
    path = house.site.root / "hub" / "hub.db"
    assert accounts.log_mistakes(path) == []
    store = Store.open(path, house.hall.id)
    try:
        check(store, house, at_least=5 * count)
        check_close(store, house)
    finally:
        store.close()
    assert accounts.log_mistakes(path) == []


def check(store: Store, house: House, at_least: int) -> None:
    """Promises, numbers, calls and papers against the log."""
    events = [event for _, event in store.events()]
    issued = len(store.floor().tickets)
    assert issued > at_least, f"only {issued} tickets: too little happened between the kills to say anything"
    assert accounts.number_mistakes(events) == []
    assert accounts.in_order(events)
    assert accounts.call_mistakes(events) == []
    assert accounts.promise_mistakes(store, house.witnesses) == []
    assert accounts.ticket_mistakes(store, house.witnesses, house.reported) == []
    assert accounts.window_mistakes(store, house.witnesses) == []


def check_close(store: Store, house: House) -> None:
    """The next day comes: the close of this one counts every ticket."""
    before = set(store.floor().tickets)
    assert Writer(house.hall, store).take((), store.at + DAY_MS).sealed
    (closed,) = [event for _, event in store.events() if isinstance(event, DayClosed)]
    held = [row for row in store.rows(BY_KIND[Ticket], "WHERE day = ?", (closed.day,)) if isinstance(row, Ticket)]
    assert {ticket.id for ticket in held} == before
    assert accounts.count_mistakes(held, closed) == []


def test_twenty_kills(tmp_path: Path) -> None:
    run(tmp_path, 20, seed=1)


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(2, 12))
def test_two_hundred_kills(tmp_path: Path, seed: int) -> None:
    run(tmp_path, 20, seed)
