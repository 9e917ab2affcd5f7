"""What must always hold, checked after every turn of the hub from what was committed, told, printed and said."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from msgspec import Struct

from hall.messages import Issued, Say
from hall.model import Hall, StationId
from hall.topics import HUB
from testbed.sim.broker import Message
from testbed.sim.ledger import Ledger
from testbed.sim.link import SimLink
from testbed.sim.machines import HubMachine
from testbed.sim.secret import has_pin
from testbed.sim.telling import Telling
from testbed.sim.wire import Air, row, subject

INVARIANTS = {
    "one-number": "a number is issued once and promised to one request; one service begins once",
    "counted": "every number of a series is issued in order or given back, and the day's counts are right",
    "one-hand": "a ticket is in hand at one window at most, a window has one ticket in hand at most",
    "first-come": "inside a class a window calls the earliest who may be called there; by number only as such",
    "bound": "no ticket is overtaken by more later arrivals than the policy's bound K",
    "why": "the rule that a call tells, and whom it passed over, is what the rules say of the log before it",
    "joint": "a joint matter's parts are done once each, in the hall's order, its host first and last",
    "missed": "a ticket is passed over after the policy's calls, and comes back in time and behind as many as it says",
    "taken-back": "a press taken back leaves its ticket for whom it waited, and where it stood",
    "posts": "temporary staff call no approvals; nobody waits for a window or clerk that has left",
    "booked": "a person books once a day, within the quota; a booking becomes one ticket, in its time",
    "classes": "a kiosk gives no class that only the guide desk may give",
    "printing": "nobody is called before the paper is known or 10 s have passed; at the day's end all paper is known",
    "paper": "a slip on paper is one number's only plain slip, and a void number has none",
    "reported": "what a kiosk began to print is reported to the hub, whatever dies in between",
    "ended": "a day closes with every ticket ended and every window closed",
    "kept-promise": "what the hub answers or shows is committed, and stays so",
    "one-answer": "a request has one answer, however often it is asked",
    "in-time": "no wish is honoured after its not_after",
    "withdrawn": "a wish that never happened or was undone has no lasting effect",
    "one-wish": "a window has at most one wish in the air",
    "announced": "an announcement belongs to one committed call and told once by each hub, at most calls times",
    "acknowledged": "an acknowledgement is for the message in hand, after its answer is committed",
    "locked": "five wrong PINs in a row lock a badge for the policy's minutes",
    "secret": "no PIN stands on the wire, in the log or in any table",
    "chain": "the log is append-only and its hashes chain",
    "rebuilt": "the floor rebuilt from the log is the hub's floor and the tables'",
    "alive": "no daemon's loop dies, and requests go on being decided",
    "settled": "when the faults are over, every wish, fact and announcement ends; what is shown is what is",
}


class Violation(Struct, frozen=True):
    """An invariant that does not hold, when and why."""

    invariant: str
    why: str
    step: int
    at: float


class Checker:
    """The witness of all machines. `violations` grows; the simulation stops at the first."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.violations: list[Violation] = []
        self.steps = 0  # requests the hub has decided
        self.ledger = Ledger(hall, self.fail)
        self.air = Air()
        self._telling = Telling(hall, self.ledger, self.air, self.fail, self._kept)
        self.hub: HubMachine | None = None
        self.recent: deque[str] = deque(maxlen=25)
        self.papers: Counter[str] = Counter()  # plain slips by ticket
        self.reprints: Counter[str] = Counter()
        self.intended: dict[str, set[str]] = {}
        self.reported: set[tuple[str, str]] = set()
        self.troubled_at = -1.0
        self._decided: dict[tuple[str, str], bytes] = {}
        self._told: list[Message] = []
        self._spoken: set[str] = set()
        self._refused = 0
        self._is_made = False

    def fail(self, invariant: str, why: str) -> None:
        """Note a violation."""
        assert invariant in INVARIANTS
        assert self.hub is not None
        self.violations.append(Violation(invariant, why, self.steps, self.hub.around.loop.now))

    # --- what machines do ---

    def published(self, name: str, message: Message) -> None:
        payload = message.payload
        if has_pin(payload):
            self.fail("secret", f"{name} publishes a PIN on {message.topic}")
        if name == HUB:
            self._told.append(message)
            return
        kind, station = subject(message.topic)
        told = row(payload) if kind == "ask" else None
        if told is not None and isinstance(told.get("body"), dict) and station == name and len(payload) < 16_384:
            if told["id"].startswith("garbage"):
                return
            why = self.air.ask(station, told)
            if why:
                self.fail("one-wish", why)

    def heard(self, name: str, message: Message) -> None:
        kind, station = subject(message.topic)
        if kind == "answer":
            told = row(message.payload)
            if told is None or station != name:
                self.fail("kept-promise", f"{name} hears an answer for {station}: {message.payload[:80]!r}")
            elif told["reply"].get("code") != "clock_behind" or told["id"] in self.air.wish_ids(station):
                self.air.answered(station, told["id"])

    def acknowledged(self, link: SimLink, mid: int, received: Message | None) -> None:
        mine = [e for e in link.handling if e.token.mid == mid]
        if received is None or not any(e.payload is received.payload for e in mine):
            what = [e.topic for e in mine]
            self.fail("acknowledged", f"{link.name} acknowledges {mid} for {what}, which is {received}")
            return
        if link.name == HUB and subject(received.topic)[0] == "ask":
            self._must_be_decided(received)

    def turned(self, name: str, confirmed: Sequence[Message]) -> None:
        if name != HUB:
            return
        self._committed()
        assert self.hub is not None
        self._telling.forgotten(self.hub.around.loop.now, self.troubled_at)
        for message in confirmed:
            kind, _ = subject(message.topic)
            if kind == "say":
                told = row(message.payload)
                assert told is not None
                self._telling.confirming[told["id"]] = self.hub.around.loop.now

    def started(self, name: str) -> None:
        self.air.dead(name)
        self._telling.boot += name == HUB

    def died(self, name: str) -> None:
        if name == HUB:
            assert self.hub is not None
            self._committed()
            self._telling.confirming.clear()  # what the broker had only just confirmed may be told again
        else:
            self.air.dead(name)

    def broke(self, name: str, error: Exception) -> None:
        self.fail("alive", f"the loop of {name} dies: {type(error).__name__}: {error}")

    # --- what people see and hear ---

    def slip(self, station: StationId, issued: Issued) -> None:
        """A slip falls into the tray."""
        ticket = self.ledger.tickets.get(issued.ticket)
        if issued.reprint:
            self.reprints[issued.ticket] += 1
        else:
            self.papers[issued.ticket] += 1
            if self.papers[issued.ticket] > 1:
                self.fail("paper", f"{station} prints {issued.ticket} a second time without saying so")
        if self._telling.promised.get(issued.ticket) is None:
            self.fail("paper", f"{station} prints {issued.ticket}, which was never given out")
        if ticket is not None and ticket.state == "void":
            self.fail("paper", f"{station} prints {issued.ticket}, which is void")

    def intends(self, station: StationId, ticket: str) -> None:
        """A kiosk has made durable that it begins this slip."""
        self.intended.setdefault(station, set()).add(ticket)

    def said(self, say: Say, spoken: bool) -> None:
        """A loudspeaker hears an announcement, and says it or not."""
        service, _, call = say.id.rpartition("~")
        if self.ledger.calls.get(service, 0) < int(call):
            self.fail("announced", f"{say.id} is heard; the log holds {self.ledger.calls.get(service, 0)} calls")
        if spoken:
            self._spoken.add(say.id)
            times = sum(1 for n in range(1, 99) if f"{service}~{n}" in self._spoken) if int(call) > 1 else 1
            if times > self.ledger.calls.get(service, 0):
                self.fail("announced", f"{service} is announced {times} times")

    # --- after each turn of the hub ---

    def _committed(self) -> None:
        """Read what was committed, then hold what was told against it."""
        hub = self.hub
        assert hub is not None
        if hub.disk.in_transaction:
            return
        if hub.disk.refused != self._refused or hub.now() < self.ledger.at:
            self._refused = hub.disk.refused
            self.troubled_at = hub.around.loop.now
        ledger = self.ledger
        if not self._has_log(hub):
            return
        rows = hub.disk.look("SELECT seq, at, body, hash FROM log WHERE seq >= ? ORDER BY seq", (ledger.seq,))
        for seq, at, body, head in rows.fetchall():
            if seq == ledger.seq:
                if head != ledger.head:
                    self.fail("chain", f"row {seq} was changed after it was committed")
                continue
            self.recent.append(f"{seq} {body.decode()}")
            ledger.add(seq, at, body, head)
        if hub.link is not None:
            for event in hub.link.handling:
                kind, station = subject(event.topic)
                if kind == "ask":
                    self._decision(station, event.payload)
        told, self._told = self._told, []
        for message in told:
            self._telling.check(message)

    def _has_log(self, hub: HubMachine) -> bool:
        self._is_made = self._is_made or bool(hub.disk.look("PRAGMA user_version").fetchone()[0])
        return self._is_made

    def _kept(self, station: str, request: str) -> bytes | None:
        assert self.hub is not None
        found = self.hub.disk.look(
            "SELECT body FROM replies WHERE station = ? AND id = ?", (station, request)
        ).fetchone()
        return found[0] if found else None

    def _decision(self, station: str, payload: bytes) -> None:
        told = row(payload)
        if told is None or not isinstance(told.get("id"), str) or (station, told["id"]) in self._decided:
            return
        key = (station, told["id"])
        kept = self._kept(*key)
        if kept is None:
            return
        self.steps += 1
        self._decided[key] = kept
        answer = row(kept)
        asking = self.air.asked.get(key)
        assert answer is not None
        assert self.hub is not None
        if asking is None:
            return
        honoured = answer["reply"]["reply"] in ("issued", "done")
        if honoured and asking.not_after is not None and self.hub.now() > asking.not_after:
            late = self.hub.now() - asking.not_after
            self.fail("in-time", f"{key} {asking.body['ask']} is honoured {late} ms late")
        if asking.body["ask"] == "printed":
            self.reported.add((station, asking.body["ticket"]))

    def _must_be_decided(self, received: Message) -> None:
        hub = self.hub
        assert hub is not None
        told = row(received.payload)
        _, station = subject(received.topic)
        if told is None or (station, told.get("id")) not in self.air.asked:
            return  # bytes that were no request
        excused = hub.disk.refused != self._refused or hub.now() < self.ledger.at
        if hub.disk.in_transaction or (self._kept(station, told["id"]) is None and not excused):
            self.fail("acknowledged", f"the hub acknowledges {told['id']} of {station}, which is not decided")
