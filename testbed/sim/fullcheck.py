"""The checks that cost more: the whole chain, the floor rebuilt, all tables; and the hall once all faults are over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from hall.events import decode_event
from hall.messages import AlertState, BoardState, OpenState, Retained, WindowState, decode
from hall.topics import Tree
from hub.floor import Floor
from hub.store import Store
from hub.views import Shown
from testbed.sim.broker import Broker
from testbed.sim.desks import DesksRole
from testbed.sim.disk import Disk, Seam
from testbed.sim.invariants import Checker
from testbed.sim.kiosks import KioskRole
from testbed.sim.machines import HubMachine, StationMachine
from testbed.sim.people import Held
from testbed.sim.secret import has_pin
from testbed.sim.wire import subject

SHOWN: dict[str, type[Retained]] = {
    "window": WindowState,
    "board": BoardState,
    "open": OpenState,
    "alert": AlertState,
}
ON_THE_WAY_S = 3.0  # from the hub's commit to the broker, at the longest


class FullCheck:
    """Keeps the floor rebuilt so far: the log is append-only, so each check replays only what is new."""

    def __init__(self, checker: Checker, hub: HubMachine, stations: Sequence[StationMachine]) -> None:
        self.times = 0
        self._checker, self._hub, self._stations = checker, hub, stations
        self._floor = Floor()
        self._seq = 0
        self._days: set[str] = set()

    def run(self, *, from_scratch: bool = False) -> None:
        """Hold log, tables, floors, paper and disks against each other."""
        self.times += 1
        if from_scratch:
            self._floor, self._seq = Floor(), 0
        disk = self._hub.disk
        if not disk.look("PRAGMA user_version").fetchone()[0]:
            return
        planned, disk.seam = disk.seam, Seam()
        try:
            self._chain(disk)
            self._floors(disk)
            self._tables(disk)
        finally:
            disk.seam = planned
        self._paper()
        self._secrets()

    def settled(self, broker: Broker) -> None:
        """After the faults: nothing is under way any more, and what is told is what is."""
        fail, hub = self._checker.fail, self._hub
        for wish in self._checker.air.in_the_air():
            fail("settled", f"the wish {wish} never ended")
        for station in self._stations:
            for table in ("facts", "intentions"):
                left = station.disk.look(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                if left:
                    fail("settled", f"{station.name} still keeps {left} {table}")
            for begun in sorted(self._checker.intended.get(station.name, ())):
                if (station.name, begun) not in self._checker.reported:
                    fail("reported", f"{station.name} began to print {begun} and never reported it")
            self._flows(station)
        left = hub.disk.look("SELECT count(*) FROM moments").fetchone()[0]
        if left:
            fail("settled", f"{left} announcements were never confirmed")
        for ticket in self._checker.ledger.reserved():
            fail("printing", f"{ticket.id} is still reserved, {hub.now() - ticket.issued_at} ms after it was issued")
        self._shown(broker)

    # --- log and tables ---

    def _chain(self, disk: Disk) -> None:
        head = bytes(32)
        for seq, at, body, found in disk.look("SELECT seq, at, body, hash FROM log ORDER BY seq"):
            head = hashlib.sha256(head + seq.to_bytes(8, "big") + at.to_bytes(8, "big") + body).digest()
            if head != found:
                self._checker.fail("chain", f"row {seq} does not chain")
                return
            if seq > self._seq:
                self._floor.apply(decode_event(body), at)
                self._seq = seq
        if (self._seq, head) != (self._checker.ledger.seq, self._checker.ledger.head):
            self._checker.fail("chain", f"the log ends at {self._seq}, committed were {self._checker.ledger.seq} rows")

    def _floors(self, disk: Disk) -> None:
        rebuilt = shape(self._floor)
        held = {"tables": shape(Store(disk, self._checker.hall.id).floor())}
        if self._hub.hub is not None:
            held["hub"] = shape(self._hub.hub.writer.floor)
        for name, other in held.items():
            for part, value in rebuilt.items():
                if other[part] != value:
                    self._checker.fail("rebuilt", f"{part} of the {name}: {other[part]}, from the log: {value}"[:600])

    def _tables(self, disk: Disk) -> None:
        """Tickets of today and of the days closed since, against the ledger, which shares no code with the hub."""
        ledger = self._checker.ledger
        days = {day: held for day, held in ledger.ended_days.items() if day not in self._days}
        self._days.update(days)
        if ledger.day is not None:
            days[ledger.day] = ledger.tickets
        for day, held in days.items():
            kept = {r[0]: tuple(r) for r in disk.look(_TICKETS, (day,)).fetchall()}
            told = {t.id: _row(t) for t in held.values()}
            if told != kept:
                differ = [(told.get(k), kept.get(k)) for k in sorted(told | kept) if told.get(k) != kept.get(k)]
                self._checker.fail("rebuilt", f"tickets of {day} differ (log, table): {differ[:3]}")

    def _paper(self) -> None:
        for ticket in self._checker.ledger.tickets.values():
            slips = self._checker.papers[ticket.id] + self._checker.reprints[ticket.id]
            if ticket.state == "void" and slips:
                self._checker.fail("paper", f"{ticket.id} is void, and a slip of it is out")
            if ticket.printing == "on_paper" and not slips:
                self._checker.fail("paper", f"{ticket.id} is told to be on paper, and no slip of it is out")

    def _secrets(self) -> None:
        for machine in (self._hub, *self._stations):
            if has_pin(machine.disk.serialize()):
                self._checker.fail("secret", f"a PIN stands in a file of {machine.name}")

    # --- once it is calm ---

    def _flows(self, station: StationMachine) -> None:
        role, fail = station.role, self._checker.fail
        if isinstance(role, DesksRole):
            for window, state in role.states.items():
                if not state.hub_here or state.pending is not None:
                    fail("settled", f"the caller of {window} hears the hub: {state.hub_here}, waits: {state.pending}")
        elif isinstance(role, KioskRole):
            state_of = role.state
            if not state_of.hub_here or state_of.wish is not None or state_of.job is not None:
                fail("settled", f"{station.name} hears the hub: {state_of.hub_here}, waits: {state_of.wish}")

    def _shown(self, broker: Broker) -> None:
        hub = self._hub.hub
        if hub is None:
            self._checker.fail("settled", "the hub does not run")
            return
        true = {tell.topic: tell.message for tell in Shown(hub.hall).changed(hub.writer.floor, self._hub.now(), 0)}
        tree = Tree(hub.hall.id)
        # Alerts that time brings begin and end in a calm too: those of just now are on their way.
        young = self._hub.now() - round(ON_THE_WAY_S * 1000)
        moving = {tree.alert(alert) for alert, at in self._checker.ledger.alerts.items() if at >= young}
        for topic, message in broker.retained.items():
            kind, about = subject(topic)
            if kind == "state" or topic in moving:
                continue
            shown = decode(message.payload, SHOWN[kind]) if kind in SHOWN else None
            if isinstance(shown, AlertState) and shown.ended_at is not None:
                if topic in true:
                    self._checker.fail("settled", f"alert {about} is told as ended")
                continue
            if shown is not None and (topic not in true or replace(shown, rev=0) != true[topic]):
                self._checker.fail("settled", f"{topic} shows {shown}, true is {true.get(topic)}")
        for topic in true:
            if topic not in broker.retained and topic not in moving:
                self._checker.fail("settled", f"{topic} is not told")
        if broker.retained[tree.state("hub")].payload.find(b'"ready"') < 0:
            self._checker.fail("settled", f"the hub shows {broker.retained[tree.state('hub')].payload!r}")


_TICKETS = """SELECT id, state, printing, place, matter, for_window, for_clerk, behind_at, behind_place
    FROM tickets WHERE day = ?"""


def _row(ticket: Held) -> tuple[object, ...]:
    """A ticket of the ledger as the table has to hold it."""
    wish = ticket.for_window, ticket.for_clerk
    return ticket.id, ticket.state, ticket.printing, ticket.place, ticket.matter, *wish, *(ticket.behind or (0, 0))


def shape(floor: Floor) -> dict[str, object]:
    """What of a floor must be the same however it came about."""
    return {
        "day": floor.day,
        "last_place": floor.last_place,
        "tickets": floor.tickets,
        "services": floor.services,
        "desks": floor.desks,
        "blocks": floor.blocks,
        "lockouts": floor.lockouts,
        "alerts": floor.alerts,
        "queues": floor.queues,
        "kept": floor.kept,
        "aside": floor.aside,
        "hosted": floor.hosted,
        "bookings": floor.bookings,
        "leaves": floor.leaves,
        "openings": floor.openings,
        "reserved": list(floor.reserved.items()),
    }
