"""The load generator, a process of its own: so many clients, each asking as soon as it is answered.

    python -m tests.bench.clients        a Phase a line on stdin (JSON), a Ran a line on stdout

One thread waits on all sockets, so that 32 clients cost little more than one. A client of the hall lives as a hall
does: it takes a ticket, reports its slip, and its window calls the next one and ends the one before. A client of an
echo sends the bytes of the first of these and gets them back.
"""

from __future__ import annotations

import selectors
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from hall.messages import Answer, Ask, Body, Issued, Next, Printed, Refused, Resume, SignIn, TakeTicket, encode
from hall.model import Disposition, Hall, Printing
from hall.pin import bound_to, client_key, proof, salt_of
from hall.station.settings import read_hall
from hall.topics import Tree
from tests.bench.wire import Connection
from tests.crash.halls import PIN, badge, kiosk, served_at

FOREVER = 2**52
_decode = msgspec.json.Decoder(Answer).decode


class Phase(Struct):
    """Keep `clients` asking for `seconds`. `echo`: the name of an echo server, or empty for the hall itself."""

    root: str  # the site's directory
    port: int
    clients: int
    seconds: float
    echo: str = ""


class Ran(Struct):
    """What a phase came to: the kind and milliseconds of every answered request, and what the generator itself used."""

    samples: list[tuple[str, float]]
    seconds: float
    cpu_s: float
    refused: list[str]  # what was refused and why


class Client:
    """A station with a window: `ask` gives the next request, `heard` is told its answer."""

    def __init__(self, phase: Phase, number: int, hall: Hall) -> None:
        self.id = kiosk(number)
        self._window = number
        self._hall = hall
        self._ids = count()
        self._boot = time.monotonic_ns()
        password = (Path(phase.root) / "passwords" / self.id).read_text(encoding="ascii").strip()
        self.wire = Connection(phase.port, self.id, password)
        tree = Tree(hall.id)
        self._ask, self._answer = tree.ask(self.id).encode(), tree.answer(self.id).encode()
        self.wire.subscribe(self._answer.decode())
        self._echoes: set[str] = set()
        self._cycle = self._life()
        self._last: Issued | None = None
        self.request = ""
        self.kind = ""
        self.refused: list[str] = []
        self._expected = b""

    def ask_hall(self) -> None:
        """Send the next request of a hall's life."""
        self.kind, body = next(self._cycle)
        not_after = None if self.kind == "printed" else FOREVER
        self.wire.publish(self._ask, encode(Ask(id=self.request, body=body, not_after=not_after)))

    def ask_echo(self, echo: str) -> None:
        """Send a request of the same size to an echo server."""
        if echo not in self._echoes:
            self._echoes.add(echo)
            self.wire.subscribe(f"bench/{echo}/answer/{self.id}")
        self.kind, self.request = echo, self._new_id()
        ask = Ask(id=self.request, body=TakeTicket(matter=served_at(1, 1)[0]), not_after=FOREVER)
        self._expected = encode(ask)
        self.wire.publish(f"bench/{echo}/ask/{self.id}".encode(), self._expected)

    def heard(self, topic: bytes, payload: bytes) -> bool:
        """Whether this is the answer to what was asked last."""
        if topic != self._answer:
            return payload == self._expected
        answer = _decode(payload)
        if answer.id != self.request:
            return False
        if isinstance(answer.reply, Issued):
            self._last = answer.reply
        elif isinstance(answer.reply, Refused):
            self.refused.append(f"{self.kind}: {answer.reply.code} {answer.reply.detail}")
        return True

    def _new_id(self) -> str:
        self.request = f"{self._boot:x}-{next(self._ids)}"
        return self.request

    def _life(self) -> Iterator[tuple[str, Body]]:
        window = self._window
        matters = served_at(window, len(self._hall.windows))
        clerk = badge(window)
        key = client_key(PIN, salt_of(self._hall.by_badge[clerk].pin))
        bound = bound_to(self._new_id(), self.id, window, clerk)
        yield "sign_in", SignIn(window=window, badge=clerk, proof=proof(key, bound))
        self._new_id()
        yield "resume", Resume(window=window)  # a window opens paused
        for turn in count():
            self._new_id()
            yield "take", TakeTicket(matter=matters[turn % len(matters)])
            self._new_id()
            ticket = self._last.ticket if self._last else ""
            yield "printed", Printed(ticket=ticket, outcome=Printing.ON_PAPER)
            self._new_id()
            yield "next", Next(window=window, finishing=Disposition.DONE)


class Generator:
    """Holds the clients of every broker it was sent to."""

    def __init__(self) -> None:
        self._clients: dict[int, list[Client]] = {}
        self._halls: dict[str, Hall] = {}

    def run(self, phase: Phase) -> Ran:
        """One phase: its warm clients ask for its seconds, what is in flight at the end is waited for."""
        clients = self._ready(phase)
        samples: list[tuple[str, float]] = []
        sent: dict[int, float] = {}
        for client in clients:
            client.refused.clear()
        cpu, began = time.process_time(), time.perf_counter()
        end = began + phase.seconds
        with selectors.DefaultSelector() as selector:
            for client in clients:
                selector.register(client.wire, selectors.EVENT_READ, client)
                sent[client.wire.fileno()] = time.perf_counter()
                self._ask(phase, client)
            while sent:
                ready = selector.select(timeout=10)
                if not ready:
                    raise TimeoutError(f"no answer for 10 s; {len(sent)} requests are in flight")
                for key, _ in ready:
                    self._hear(phase, key.data, sent, samples, end)
        seconds = time.perf_counter() - began
        return Ran(
            samples=samples,
            seconds=seconds,
            cpu_s=time.process_time() - cpu,
            refused=[words for client in clients for words in client.refused],
        )

    def _hear(
        self, phase: Phase, client: Client, sent: dict[int, float], samples: list[tuple[str, float]], end: float
    ) -> None:
        for topic, payload in client.wire.receive():
            now = time.perf_counter()
            if client.wire.fileno() not in sent or not client.heard(topic, payload):
                continue
            samples.append((client.kind, (now - sent.pop(client.wire.fileno())) * 1000))
            if now < end:
                sent[client.wire.fileno()] = time.perf_counter()
                self._ask(phase, client)

    def _ask(self, phase: Phase, client: Client) -> None:
        if phase.echo:
            client.ask_echo(phase.echo)
        else:
            client.ask_hall()

    def _ready(self, phase: Phase) -> list[Client]:
        if phase.root not in self._halls:
            self._halls[phase.root] = read_hall(Path(phase.root).parent / "hall.toml")
        clients = self._clients.setdefault(phase.port, [])
        while len(clients) < phase.clients:
            clients.append(Client(phase, len(clients) + 1, self._halls[phase.root]))
        return clients[: phase.clients]


def main() -> int:
    """Run phases until stdin ends."""
    generator = Generator()
    for line in sys.stdin:
        ran = generator.run(msgspec.json.decode(line, type=Phase))
        sys.stdout.buffer.write(msgspec.json.encode(ran) + b"\n")
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
