"""Does a disk keep what was promised? Its log is verified, a hub is started on it, and asked again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

from msgspec import Struct

from hall.errors import HallError
from hall.messages import Answer, Ask, Issued, Refusal, Refused, TakeTicket, decode, encode
from hall.model import Hall
from hall.topics import Tree
from hub.__main__ import STORE
from hub.verify import verify
from testbed.powercut.life import Line, Living, Told
from testbed.powercut.promises import Key, Promises
from testbed.sim.ledger import Ledger
from testbed.sim.people import Held
from testbed.sim.place import KIOSKS

MUST_HOLD = {
    "starts": "a hub starts on what the power cut left, and can go on with it",
    "log": "the log verifies: chain, seals, files of seals, and in some the tables against it",
    "ticket": "a number that was promised is in the log, in its table, and nobody else's",
    "answer": "an answer that was told is kept, and a repeat of its request gets the same bytes",
    "acknowledged": "a request that was acknowledged has its answer",
    "told": "no state, announcement or start was told that the log does not hold",
    "once": "nothing is doubled: one number a request, one request a number, one call a service, one hand a ticket",
    "goes-on": "the hub gives out the next number",
}
REBUILT_SHARE = 0.3  # of the disks: whose tables are held against the log, which takes four times as long
LOOKED_AT_SHARE = 0.3  # of the disks: where somebody looks at the log before the hub is started
ASKED_AGAIN = 6  # of the last requests


class Mistake(Struct, frozen=True):
    """What did not hold, and why."""

    what: str
    why: str


def mistakes(data: Path, hall: Hall, promises: Promises, chance: Random) -> list[Mistake]:
    """Everything that does not hold in this directory after a power cut; the directory is changed."""
    found: list[Mistake] = []
    try:
        found += _Judge(data, hall, promises, chance).found()
    except sqlite3.Error as error:  # told by SQLite wherever the broken page was met
        found.append(Mistake("starts", f"the hub's file is broken: {error}"))
    return found


class _Judge:
    def __init__(self, data: Path, hall: Hall, promises: Promises, chance: Random) -> None:
        self._data, self._hall, self._promises, self._chance = data, hall, promises, chance
        self._told: dict[Key, list[bytes]] = {}
        self._in_log: list[Mistake] = []
        # The checker's own books, which share no rule with the hub.
        self._ledger = Ledger(hall, lambda what, why: self._in_log.append(Mistake("once", f"{what}: {why}")))
        self._tree = Tree(hall.id)

    def found(self) -> Iterator[Mistake]:
        promises, store = self._promises, self._data / STORE
        if promises.boot and self._chance.random() < LOOKED_AT_SHARE:
            yield from self._verified(rebuild=False)
        try:
            living = Living(self._data, self._hall, self._note)
        except HallError as error:
            yield Mistake("starts", str(error))
            return
        if living.hub.writer.store.boot <= promises.boot:
            yield Mistake("told", f"start {promises.boot} was told, this one is {living.hub.writer.store.boot}")
        db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        try:
            self._read_log(db)
            yield from self._kept(_replies(db), db)
            yield from self._asked_again(living)
            living.end()
            self._read_log(db)
            yield from self._once(_replies(db))
        finally:
            db.close()
        yield from self._in_log
        yield from self._verified(rebuild=self._chance.random() < REBUILT_SHARE)

    def _note(self, line: Line) -> None:
        if isinstance(line, Told) and line.topic.endswith("/answer"):
            station = self._tree.read(line.topic)[1]
            self._told.setdefault((station, decode(line.payload, Answer).id), []).append(line.payload)

    def _verified(self, *, rebuild: bool) -> Iterator[Mistake]:
        try:
            report = verify(self._data / STORE, rebuild)
        except HallError as error:
            yield Mistake("log", str(error))
            return
        if report.broken is not None:
            yield Mistake("log", str(report.broken))

    def _read_log(self, db: sqlite3.Connection) -> None:
        new = "SELECT seq, at, body, hash FROM log WHERE seq > ? ORDER BY seq"
        for row in db.execute(new, (self._ledger.seq,)):
            self._ledger.add(*row)

    def _numbers(self) -> Iterator[Held]:
        """Every number that the log has given out."""
        for day in (self._ledger.tickets, *self._ledger.ended_days.values()):
            yield from day.values()

    def _kept(self, replies: dict[Key, bytes], db: sqlite3.Connection) -> Iterator[Mistake]:
        promises, ledger = self._promises, self._ledger
        for key, told in promises.answers.items():
            kept = replies.get(key)
            if kept != told and not (key[1] in ledger.withdrawn and kept is not None and _is_barred(kept)):
                yield Mistake("answer", f"{key} was told {told!r}, kept is {kept!r}")
        held = {ticket.id for ticket in self._numbers()}
        rows = {ticket for (ticket,) in db.execute("SELECT id FROM tickets")}
        for key, issued in promises.numbers.items():
            if issued.ticket not in held or issued.ticket not in rows:
                yield Mistake("ticket", f"{key} was promised {issued.ticket}, which is gone")
        for key in promises.acked:
            if key not in replies:
                yield Mistake("acknowledged", f"{key} was acknowledged and has no answer")
        if promises.rev > ledger.seq:
            yield Mistake("told", f"a state of row {promises.rev} was shown, the log ends at {ledger.seq}")
        for service, call in promises.calls.items():
            if ledger.calls.get(service, 0) < call:
                yield Mistake(
                    "told", f"call {call} of {service} was announced, the log has {ledger.calls.get(service)}"
                )

    def _asked_again(self, living: Living) -> Iterator[Mistake]:
        """The stations repeat what they asked last, answered or not; then somebody takes a number."""
        wire, promises = living.wire, self._promises
        for heard in list(promises.asked.values())[-ASKED_AGAIN:]:
            wire.ask(self._tree.ask(heard.station), heard.payload)
        take = Ask(id="after", body=TakeTicket(matter=self._hall.matters[0].id), not_after=living.now + 5_000)
        wire.ask(self._tree.ask(KIOSKS[0]), encode(take))
        living.turn()
        for key in list(promises.asked)[-ASKED_AGAIN:]:
            told, before = self._told.get(key, []), promises.answers.get(key)
            if not told:
                yield Mistake("answer", f"{key} was asked again and got no answer")
            elif before is not None and before not in told and not all(map(_is_barred, told)):
                yield Mistake("answer", f"{key} was told {before!r}, and now {told[0]!r}")
        (answer,) = self._told.get((KIOSKS[0], "after"), [b""])
        reply = decode(answer, Answer).reply if answer else None
        if not isinstance(reply, Issued):
            yield Mistake("goes-on", f"the next number is refused: {reply}")
        elif reply.ticket in {issued.ticket for issued in promises.numbers.values()}:
            yield Mistake("ticket", f"{reply.ticket} is given out again")

    def _once(self, replies: dict[Key, bytes]) -> Iterator[Mistake]:
        holders: dict[str, Key] = {}
        for key, body in replies.items():
            reply = decode(body, Answer).reply
            if isinstance(reply, Issued) and not reply.reprint and holders.setdefault(reply.ticket, key) != key:
                yield Mistake("once", f"{reply.ticket} is given to {key} and to {holders[reply.ticket]}")
        for ticket in self._numbers():
            if ticket.id not in holders and ticket.state != "void":
                yield Mistake("once", f"{ticket.id} is {ticket.state} and nobody's")


def _replies(db: sqlite3.Connection) -> dict[Key, bytes]:
    return {(station, request): body for station, request, body in db.execute("SELECT station, id, body FROM replies")}


def _is_barred(body: bytes) -> bool:
    reply = decode(body, Answer).reply
    return isinstance(reply, Refused) and reply.code is Refusal.WITHDRAWN
