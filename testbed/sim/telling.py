"""What the hub tells, held against what it has committed: answers, windows, boards and announcements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hall.model import Hall
from hub.daemon import TICK_S
from testbed.sim.book import Fail
from testbed.sim.broker import Message
from testbed.sim.ledger import Ledger
from testbed.sim.wire import Air, Row, row, subject

UNKEPT = ("clock_behind", "malformed", "oversized")  # answers that leave no trace
DROP_S = TICK_S  # a confirmed announcement is forgotten with the next commit, at the next tick if not before
Kept = Callable[[str, str], bytes | None]


class Telling:
    """Every message of the hub, one by one. `kept`: the answer to a station's request that the store holds."""

    def __init__(self, hall: Hall, ledger: Ledger, air: Air, fail: Fail, kept: Kept) -> None:
        self._hall, self._ledger, self._air, self._fail, self._kept = hall, ledger, air, fail, kept
        self.boot = 0  # of the hub that tells
        self.promised: dict[str, tuple[str, str]] = {}  # number → to whom
        self.confirming: dict[str, float] = {}  # announcement → when the hub heard that the broker has it
        self._confirmed: dict[str, float] = {}  # those that the hub has since forgotten, in a commit of its own
        self._said_by: dict[str, int] = {}  # announcement → boot of the hub that told it last
        self._answers: dict[tuple[str, str], bytes] = {}
        self._barred: set[tuple[str, str]] = set()

    def check(self, message: Message) -> None:
        """Hold a message of the hub against what is committed."""
        kind, about = subject(message.topic)
        if kind not in ("answer", "say", "window", "board") or not message.payload:
            return
        told = row(message.payload)
        assert told is not None
        if kind == "answer":
            self._check_answer(about, message.payload, told)
        elif kind == "say":
            self._check_say(told)
        elif kind == "window":
            self._check_window(told)
        else:
            self._check_board(told)

    def _check_answer(self, station: str, payload: bytes, told: Row) -> None:
        reply, key = told["reply"], (station, told["id"])
        kind = reply["reply"]
        if kind == "refused" and reply["code"] in UNKEPT:
            return
        before = self._answers.setdefault(key, payload)
        withdrawn = kind == "refused" and reply["code"] == "withdrawn"
        kept = self._kept(*key)
        if (before != payload or kept != payload) and not withdrawn and told["id"] not in self._ledger.withdrawn:
            self._fail("one-answer", f"{key} is answered {payload!r}, before {before!r}, committed {kept!r}")
        if key in self._barred and kind in ("issued", "done"):
            self._fail("withdrawn", f"{key} is answered {payload!r} after it was withdrawn")
        asking = self._air.asked.get(key)
        if kind == "withdrawn" and reply["outcome"] != "stands" and asking is not None:
            self._barred.add((station, asking.body["request"]))
        elif kind == "issued":
            self._check_issued(key, reply)
        elif kind == "done":
            self._check_window(reply["window"])

    def _check_issued(self, key: tuple[str, str], reply: Row) -> None:
        ticket = reply["ticket"]
        if ticket not in self._ledger.tickets and ticket not in self._ledger.ended_days.get(ticket[:10], {}):
            self._fail("kept-promise", f"{key} is promised {ticket}, which the log does not hold")
        if not reply["reprint"] and self.promised.setdefault(ticket, key) != key:
            self._fail("one-number", f"{ticket} is promised to {key} and to {self.promised[ticket]}")

    def _check_window(self, told: Row) -> None:
        rev, window = told["rev"], told["window"]
        in_hand = told["in_hand"]["ticket"] if told.get("in_hand") else None
        shown = (told["state"], told.get("clerk"), in_hand)
        if rev > self._ledger.seq or self._ledger.seats[window].shown_at(rev) != shown:
            true = self._ledger.seats[window].shown_at(rev)
            self._fail(
                "kept-promise", f"window {window} is told as {shown} at {rev}; the log ({self._ledger.seq}): {true}"
            )

    def _check_board(self, told: Row) -> None:
        rev = told["rev"]
        rows = {(r["label"], r["window"]) for r in told.get("rows", ())}
        true: set[tuple[Any, ...]] = set()
        for window in self._hall.windows:
            ticket = self._ledger.seats[window.number].shown_at(rev)[2]
            if window.zone == told["zone"] and ticket is not None:
                true.add((ticket.rpartition("/")[2], window.number))
        if rev > self._ledger.seq or rows != true:
            self._fail("kept-promise", f"board {told['zone']} shows {sorted(rows)} at {rev}, the log {sorted(true)}")

    def _check_say(self, told: Row) -> None:
        say = told["id"]
        service, _, call = say.rpartition("~")
        if self._ledger.calls.get(service, 0) < int(call):
            self._fail("announced", f"{say} is told; the log holds {self._ledger.calls.get(service, 0)} calls")
        if self._said_by.get(say) == self.boot:
            self._fail("announced", f"{say} is told twice by one hub")
        confirmed = self._confirmed.get(say)
        if confirmed is not None:
            self._fail("announced", f"{say} is told again although the broker had it at {confirmed:.1f} s")
        self._said_by[say] = self.boot

    def forgotten(self, now: float, troubled_at: float) -> None:
        """Announcements that were confirmed one tick ago: this turn's commit has dropped them, unless it failed."""
        for say, at in list(self.confirming.items()):
            if troubled_at >= at:
                del self.confirming[say]
            elif now > at + DROP_S:
                self._confirmed[say] = self.confirming.pop(say)
