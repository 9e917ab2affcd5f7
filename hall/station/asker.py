"""Asking the hub: one wish in flight a window, repeated with the same id, withdrawn when late; facts one by one.

Sans-I/O: what is to be sent is collected in `outgoing`, what the flow must hear is returned. Times: `mono` in real
seconds (transport), `now` in hub time (what `not_after` speaks of).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from hall.errors import HallError
from hall.happened import Answered, Unanswered
from hall.messages import Answer, Ask, Body, Cancel, Refusal, Refused, WindowWish, Withdrawal, Withdrawn
from hall.model import Instant, RequestId
from hall.station.outbox import Kept

WISH_S = 5.0  # a person waits no longer; real seconds
REPEAT_S = 1.0
MakeBody = Callable[[RequestId], Body]


class Busy(HallError, RuntimeError):
    """A second wish while the first is in flight: the flow should not have let it through."""


class Facts(Protocol):
    """The durable outbox, as the asker needs it."""

    def oldest(self) -> Kept | None: ...
    def noted(self, request: RequestId) -> None: ...


class Wished(Struct):
    """A wish in flight, and its withdrawal once it is late."""

    ask: Ask
    deadline: float
    repeat_at: float
    cancel: Ask | None = None


class Asker:
    """The asking side of a station."""

    def __init__(self, facts: Facts, new_id: Callable[[], RequestId]) -> None:
        self._facts = facts
        self._new_id = new_id
        self._wishes: dict[int, Wished] = {}
        self._fact: Ask | None = None
        self._fact_repeat_at = 0.0
        self.outgoing: list[Ask] = []
        self.dropped_facts: list[tuple[Ask, Refused]] = []

    def want(self, make: MakeBody, now: Instant | None, speed: float, mono: float) -> list[Unanswered]:
        """Ask for what `make(id)` gives. Without hub time nothing can be asked: told at once."""
        request = self._new_id()
        body = make(request)
        slot = slot_of(body)
        if slot in self._wishes:
            raise Busy(f"a wish is in flight for window {slot}: {type(body).__name__} must wait")
        if now is None:
            return [Unanswered(body, settled=True)]
        ask = Ask(id=request, body=body, not_after=now + round(WISH_S * 1000 * speed))
        self._wishes[slot] = Wished(ask, deadline=mono + WISH_S, repeat_at=mono + REPEAT_S)
        self.outgoing.append(ask)
        return []

    def heard(self, answer: Answer, mono: float) -> list[Answered | Unanswered]:
        """What an answer means to the flow; an answer to nothing in flight means nothing."""
        wish = any(w.cancel is None and w.ask.id == answer.id for w in self._wishes.values())
        behind = isinstance(answer.reply, Refused) and answer.reply.code is Refusal.CLOCK_BEHIND
        if behind and not wish:
            return []  # facts and withdrawals wait until the hub's clock is right again
        if self._fact is not None and answer.id == self._fact.id:
            self._facts.noted(answer.id)
            if isinstance(answer.reply, Refused):
                self.dropped_facts.append((self._fact, answer.reply))
            self._fact = None
            self.send_facts(mono)
            return []
        for slot, wished in self._wishes.items():
            if wished.cancel is None and answer.id == wished.ask.id:
                del self._wishes[slot]
                return [Answered(wished.ask.body, answer.reply)]
            if wished.cancel is not None and answer.id == wished.cancel.id:
                del self._wishes[slot]
                return [_withdrawn(wished.ask.body, answer)]
        return []

    def tick(self, mono: float) -> list[Unanswered]:
        """Repeat what is due, withdraw what is late, send the next fact."""
        late: list[Unanswered] = []
        for wished in self._wishes.values():
            if wished.cancel is None and mono >= wished.deadline:
                wished.cancel = Ask(id=self._new_id(), body=Cancel(request=wished.ask.id))
                wished.repeat_at = mono
                late.append(Unanswered(wished.ask.body, settled=False))
            if mono >= wished.repeat_at:
                wished.repeat_at = mono + REPEAT_S
                self._go_out(wished.cancel or wished.ask)
        self.send_facts(mono)
        return late

    def send_facts(self, mono: float) -> None:
        """Send the oldest fact, or repeat it if that is due; the next follows once it is noted."""
        if self._fact is None:
            kept = self._facts.oldest()
            if kept is not None:
                self._fact = Ask(id=kept.id, body=kept.fact)
                self._fact_repeat_at = mono
        if self._fact is not None and mono >= self._fact_repeat_at:
            self._fact_repeat_at = mono + REPEAT_S
            self._go_out(self._fact)

    def again(self, mono: float) -> None:
        """The connection is new: what is in flight may be lost, so repeat it now."""
        for wished in self._wishes.values():
            wished.repeat_at = mono
        self._fact_repeat_at = mono
        self.outgoing.clear()

    def _go_out(self, ask: Ask) -> None:
        if ask not in self.outgoing:  # offline, repeats must not pile up
            self.outgoing.append(ask)


def slot_of(body: Body) -> int:
    """Wishes of one slot wait for each other: a window's number, or 0 for the station itself."""
    return body.window if isinstance(body, WindowWish) else 0


def _withdrawn(body: Body, answer: Answer) -> Answered | Unanswered:
    reply = answer.reply
    if isinstance(reply, Withdrawn) and reply.outcome is Withdrawal.STANDS and reply.missed is not None:
        return Answered(body, reply.missed)
    return Unanswered(body, settled=True)
