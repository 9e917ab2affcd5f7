"""Headless stations that keep the hub busy, and write down what they asked and what they were promised."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from hall.happened import Answered, HubChanged, Note, Told, Unanswered
from hall.messages import (
    Answer,
    Ask,
    Body,
    Done,
    Finish,
    InHand,
    Issued,
    Next,
    NoShow,
    Pause,
    Printed,
    Recall,
    Refusal,
    Refused,
    Resume,
    SignIn,
    Start,
    TakeTicket,
    Transfer,
    Undo,
    WindowState,
    decode,
    decode_ask,
)
from hall.model import DeskState, Disposition, Instant, MissReason, Printing, RequestId, TicketId, WindowNo
from hall.pin import bound_to, client_key, proof, salt_of
from hall.station.bus import Ears, Link, PahoLink, Will
from hall.station.host import Host
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.settings import read_hall, read_password, read_station
from hall.topics import WINDOW, Topic
from tests.crash.halls import PIN, badge, matters

TURN_S = 0.01
REST_S = 0.05  # after "nobody waiting"
THINK_S = 0.03  # at a ticket machine; at windows a third of it, so that queues stay as short as in a hall


class Witness:
    """What one station put on the wire, and every answer that reached it, by request id."""

    def __init__(self) -> None:
        self.asked: dict[RequestId, Ask] = {}
        self.answers: defaultdict[RequestId, list[bytes]] = defaultdict(list)
        self.count = 0  # of answers

    def ask(self, payload: bytes) -> None:
        ask = decode_ask(payload)
        self.asked[ask.id] = ask

    def answer(self, payload: bytes) -> None:
        self.answers[decode(payload, Answer).id].append(payload)
        self.count += 1

    def first(self, request: RequestId) -> Answer | None:
        """The first answer to a request."""
        bodies = self.answers.get(request)
        return decode(bodies[0], Answer) if bodies else None


class WatchedLink:
    """A station's own link, with a witness between it and the station."""

    def __init__(self, make: Callable[[Ears], Link], ears: Ears, witness: Witness) -> None:
        self._ears, self._witness = ears, witness
        self._link = make(self)

    def start(self) -> None:
        self._link.start()

    def stop(self) -> None:
        self._link.stop()

    def subscribe(self, filters: Sequence[str]) -> None:
        self._link.subscribe(filters)

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        if topic.endswith("/ask"):
            self._witness.ask(payload)
        return self._link.publish(topic, payload, retain)

    def ack(self, mid: int) -> None:
        self._link.ack(mid)

    def connected(self, session_present: bool) -> None:
        self._ears.connected(session_present)

    def disconnected(self, reason: str) -> None:
        self._ears.disconnected(reason)

    def message(self, topic: str, payload: bytes, retained: bool, mid: int) -> None:
        if topic.endswith("/answer"):
            self._witness.answer(payload)
        self._ears.message(topic, payload, retained, mid)

    def delivered(self, handle: int) -> None:
        self._ears.delivered(handle)


class Asking:
    """A role that asks by itself, one wish at a time. `idle`: none is in flight; after `stopping` it asks for nothing
    new."""

    topics: tuple[Topic, ...] = ()

    def __init__(self, rng: Random, think_s: float) -> None:
        self.rng = rng
        self.stopping = False
        self.idle = True
        self._think_s = think_s
        self._hub_here = False
        self._next_at = 0.0

    def start(self, station: Host) -> None:
        self.station = station

    def close(self) -> None:
        pass

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        del now
        if isinstance(event, HubChanged):
            self._hub_here = event.here
        elif isinstance(event, Answered):
            self.idle = True
            self._next_at = mono + self.rng.uniform(0, 2 * self._think_s)
            self.answered(event, mono)
        elif isinstance(event, Unanswered):
            self.idle = event.settled
        elif isinstance(event, Told):
            self.told(event)

    def poll(self, mono: float) -> None:
        """Ask, if it is time."""
        if self._hub_here and self.idle and not self.stopping and mono >= self._next_at:
            self.idle = False
            self.wish()

    def rest(self, mono: float) -> None:
        self._next_at = mono + REST_S

    def wish(self) -> None:
        raise NotImplementedError

    def answered(self, event: Answered, mono: float) -> None:
        raise NotImplementedError

    def told(self, event: Told) -> None:
        """A state arrived."""


class Machine(Asking):
    """A ticket machine whose printer is quick and now and then fails before anything comes out."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng, THINK_S)
        self.reported: dict[TicketId, Printing] = {}

    def wish(self) -> None:
        self.station.want(TakeTicket(matter=self.rng.choice(matters())))

    def answered(self, event: Answered, mono: float) -> None:
        reply = event.reply
        if not isinstance(reply, Issued):
            self.rest(mono)
            return
        self.station.intend(reply.ticket, Note(Printed(ticket=reply.ticket, outcome=Printing.UNKNOWN, reason="power")))
        outcome = Printing.VOID if self.rng.random() < 0.05 else Printing.ON_PAPER
        self.reported[reply.ticket] = outcome
        self.station.note(Note(Printed(ticket=reply.ticket, outcome=outcome)), settles=reply.ticket)


class Desk(Asking):
    """A clerk at a window who presses every key there is, next most of all."""

    topics: tuple[Topic, ...] = (WINDOW,)

    def __init__(self, rng: Random, window: WindowNo, verifier: str) -> None:
        super().__init__(rng, THINK_S / 3)
        self._window = window
        self._salt = salt_of(verifier)
        self._key = client_key(PIN, self._salt)
        self._shown: WindowState | None = None

    def told(self, event: Told) -> None:
        state = event.message
        if isinstance(state, WindowState) and state.window == self._window:
            self._see(state)

    def answered(self, event: Answered, mono: float) -> None:
        if isinstance(event.reply, Done):
            self._see(event.reply.window)
        elif isinstance(event.reply, Refused) and event.reply.code is Refusal.NOBODY_WAITING:
            self.rest(mono)

    def _see(self, state: WindowState) -> None:
        if self._shown is None or state.rev >= self._shown.rev:
            self._shown = state

    def wish(self) -> None:
        state = self._shown
        if state is None or state.state is DeskState.CLOSED:
            self.station.want_with(self._sign_in)
        else:
            self.station.want(self._press(state))

    def _sign_in(self, request: RequestId) -> SignIn:
        clerk = badge(self._window)
        bound = bound_to(request, self.station.id, self._window, clerk)
        return SignIn(window=self._window, badge=clerk, proof=proof(self._key, bound))

    def _press(self, state: WindowState) -> Body:
        window, dice = self._window, self.rng.random()
        if state.state is DeskState.PAUSED:
            return Resume(window=window)
        if state.state is DeskState.FREE:
            return Pause(window=window) if dice < 0.02 else Undo(window=window) if dice < 0.05 else Next(window=window)
        if state.state is DeskState.CALLING:
            if dice < 0.1:
                return Recall(window=window)
            if dice < 0.2:
                return NoShow(window=window, reason=MissReason.ABSENT)
            if dice < 0.25:
                return Undo(window=window)
            return Start(window=window) if dice < 0.6 else Next(window=window, finishing=Disposition.DONE)
        if dice < 0.1 and state.in_hand is not None:
            return Transfer(window=window, reason="wrong_matter", matter=self._other(state.in_hand))
        if dice < 0.5:
            return Finish(window=window, disposition=Disposition.ACCEPTED)
        return Next(window=window, finishing=Disposition.DONE)

    def _other(self, in_hand: InHand) -> str:
        return self.rng.choice([matter for matter in matters() if matter != in_hand.matter])


class LoadStation:
    """A real station in a thread of its own, with a witness. `quiet` is set once nothing of it is in flight."""

    def __init__(self, path: Path, seed: int) -> None:
        self.settings = read_station(path)
        self.id = self.settings.id
        self.witness = Witness()
        self.quiet = threading.Event()
        self.work: Machine | Desk = self._work(path, Random(f"{seed} {self.id}"))
        self._path = path
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self.run, args=(self._ending,), name=self.id)

    def _work(self, path: Path, rng: Random) -> Machine | Desk:
        if not self.settings.caller:
            return Machine(rng)
        window = self.settings.caller[0].window
        hall = read_hall(path.parent.parent / "hall.toml")
        return Desk(rng, window, hall.by_badge[badge(window)].pin)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        """Say goodbye and wait for the thread."""
        self._ending.set()
        self._thread.join(timeout=20)
        assert not self._thread.is_alive(), f"{self.id} does not end"

    def _link(self, ears: Ears, will: Will) -> WatchedLink:
        broker = self.settings.broker
        password = read_password(broker, self._path.parent)

        def paho(spied: Ears) -> PahoLink:
            return PahoLink(spied, host=broker.host, port=broker.port, user=self.id, password=password, will=will)

        return WatchedLink(paho, ears, self.witness)

    def run(self, ending: threading.Event) -> None:
        """Work until the event is set, then say goodbye."""
        # SQLite keeps a connection to the thread that opened it.
        data = self._path.parent / self.settings.data
        data.mkdir(exist_ok=True)
        outbox = Outbox.open(data / f"{self.id}.db")
        station = Station(self.settings, outbox=outbox, link=self._link)
        try:
            station.begin(self.work)
            while not ending.is_set() and station.turn(station.inbox.take(TURN_S)):
                self.work.poll(time.monotonic())
                if self.work.stopping and self.work.idle and outbox.oldest() is None:
                    self.quiet.set()
        finally:
            station.end()
