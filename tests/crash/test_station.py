"""kill -9 of ticket machines between reply, print and report: the log and the paper that came out agree."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cli import processes
from cli.site import Site
from hall.events import TicketPrinted, decode_event
from hall.model import Printing, StationId, Ticket, TicketState
from hub.snapshot import Snapshot
from testbed.printer_mouth import Slip
from tests.crash import accounts
from tests.crash.halls import MORNING, caller, kiosk, write_hall
from tests.crash.house import listening_port
from tests.crash.machine import LABEL, TicketMachine

AFTER_RESERVE_S = 20.0  # the hub gives up on a report after 10 s


@contextmanager
def running(root: Path, machines: int) -> Iterator[Site]:
    """Broker and hub of a hall with so many ticket machines and a window."""
    told: dict[str, Mapping[str, object]] = {kiosk(n): {"roles": ["kiosk"]} for n in range(1, machines + 1)}
    told[caller(1)] = {"roles": ["caller"], "windows": [1]}
    site = Site(root / "site", write_hall(root / "hall.toml", windows=1, stations=told), listening_port())
    site.make(clock={"at": MORNING, "wall_s": time.time(), "speed": 1.0})
    broker, hub = processes.broker(site), processes.hub(site)
    try:
        broker.start()
        processes.await_listening(broker, site.port)
        hub.start()
        yield site
    finally:
        hub.end()
        broker.end()


def run(root: Path, machines: int, kills_each: int, seed: int) -> None:
    """Kill every machine so often, all at the same time; then compare the log with the paper."""
    store = root / "site" / "hub" / "hub.db"
    with running(root, machines) as site, ExitStack() as stack:
        made = [stack.enter_context(TicketMachine(site, kiosk(n), seed)) for n in range(1, machines + 1)]
        with ThreadPoolExecutor(machines) as pool:
            list(pool.map(lambda machine: machine.press_and_kill(kills_each), made))
        papers = {machine.id: machine.collect() for machine in made}
        tickets = settled_tickets(store)
    assert sum(machine.blows for machine in made) == machines * kills_each
    assert paper_mistakes(tickets, papers) == []
    assert len(tickets) > machines * kills_each / 2, "too few numbers were given out to say anything"
    with_doubt = [t for t in tickets if t.printing is Printing.UNKNOWN]
    assert with_doubt, "no kill fell between reply and report"
    assert accounts.log_mistakes(store) == []
    with Snapshot(store) as snapshot:
        events = [decode_event(body) for _, _, body, _ in snapshot.log()]
    assert accounts.number_mistakes(events) == []
    reasons = Counter(event.reason for event in events if isinstance(event, TicketPrinted))
    assert reasons["station_stopped"], f"no machine told after its start what it had left undone: {reasons}"


def settled_tickets(path: Path) -> list[Ticket]:
    """The tickets, once none is reserved any more; the hub goes on."""
    limit = time.monotonic() + AFTER_RESERVE_S
    while True:
        tickets = accounts.tickets_in(path)
        reserved = [ticket.id for ticket in tickets if ticket.printing is Printing.RESERVED]
        if not reserved:
            return tickets
        assert time.monotonic() < limit, f"still reserved: {reserved}"
        time.sleep(0.1)


def paper_mistakes(tickets: list[Ticket], papers: Mapping[StationId, list[Slip]]) -> list[str]:
    """Paper against log: on paper has its one slip, void has none, and every slip has its number in the log."""
    out: list[str] = []
    seen: Counter[tuple[StationId, str]] = Counter()
    for station, slips in papers.items():
        for paper in slips:
            seen.update((station, label) for label in set(LABEL.findall(paper.text)))
    known = {(ticket.station, ticket.label): ticket for ticket in tickets}
    out += [
        f"{label} came out at {station}, which has no such ticket"
        for station, label in seen
        if (station, label) not in known
    ]
    for key, ticket in known.items():
        void = ticket.printing is Printing.VOID or ticket.state is TicketState.VOID
        if void and seen[key]:
            out.append(f"{ticket.label} is void ({ticket.reason}) and came out")
        if ticket.printing is Printing.ON_PAPER and seen[key] != 1:
            out.append(f"{ticket.label} is on paper, {seen[key]} slips came out")
        if seen[key] > 1:
            out.append(f"{ticket.label} came out {seen[key]} times")
    return out


def test_twenty_four_kills(tmp_path: Path) -> None:
    run(tmp_path, machines=2, kills_each=12, seed=1)


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(2, 11))
def test_two_hundred_kills(tmp_path: Path, seed: int) -> None:
    run(tmp_path, machines=2, kills_each=12, seed=seed)
