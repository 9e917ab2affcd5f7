"""Whose turn it is on a half-duplex line that many devices share. Pure; times are monotonic seconds.

acknowledgements  ─┐   a frame begins when the one before it has left the wire, nobody is heard speaking, and
questions to pads ─┼─▶ a turnaround has passed, or, for texts and cells, a pause in which a keypad may
texts of bars     ─┤   begin; an acknowledgement waits for one frame at most, a dead address for nothing
cells of keypads  ─┤
polls of keypads  ─┘   one after the other while nothing else waits; who does not answer is asked seldom

What nobody acknowledges or says again is sent a second time if somebody was heard speaking into it: a bar that replied
late, a keypad that did not listen.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hall.dialects.ff68 import Command

QUEUE_BOUND: Final = 256  # frames that wait: sixteen windows with everything due at once have about eighty
GAP_BYTES: Final = 3.5  # silence after a frame, in airtimes of a byte, as Modbus RTU has it: the drivers turn round
ROOM_BYTES: Final = 12  # before cells and texts: a keypad that listens finds a pause, however much the host has to say
LEAST_GAP_S: Final = 0.002  # at high baud rates what an adapter needs to turn round
LISTEN_LIMIT_S: Final = 0.04  # FF68 manual: 40–80 ms; an acknowledgement goes out by then even into chatter
REPLY_WAIT_S: Final = 0.02  # a bar's reply may begin within this; no source has the time
MISSES: Final = 3  # so many polls without a reply: nobody is there
DEAD_EVERY_S: Final = 2.0  # how often a device that does not answer is polled: it costs the others its reply window


class Rank(IntEnum):
    """Who goes first. Texts before numbers: the one who is called looks up, the clerk has pressed and knows."""

    ACK = 0
    ASK = 1  # somebody stands at the pad and turns to go
    BAR = 2
    CELLS = 3
    POLL = 4


class Order(Struct, eq=False):
    """A frame that waits. A newer frame of the client replaces it if `kind` (address and command) is the same."""

    client: object
    rank: Rank
    kind: tuple[int, ...]
    frame: bytes
    since: float  # monotonic
    again: bool = False  # to be sent once more if somebody speaks into it
    left: bool | None = None  # True: handed to the port, False: dropped or replaced
    on_left: Callable[[], None] | None = None  # who wants to hear of the former


class Poll(Struct, eq=False):
    """A device that speaks only when it is asked: `reply_s` after the frame it must have begun."""

    client: object
    frame: bytes
    reply_s: float
    due: float = 0.0  # monotonic
    misses: int = 0


def place(frame: bytes) -> tuple[Rank, tuple[int, ...]]:
    """The rank of a host's frame, and what it says to whom: address and command, () if no dialect that can share a line
    has it. Number boards cannot: their frames have no header.

    On FF 68 the host sends command 01 to acknowledge, and to start a rating: the bytes do not tell which, so `add` is
    told. A pad's short acknowledgement has no FF.
    """
    if frame.startswith(b"\xff\x68") and len(frame) > 6:
        return (Rank.ACK if frame[6] == Command.KEYS else Rank.CELLS), (0xFF, frame[5], frame[6])
    if frame.startswith(b"\x68") and len(frame) > 5:
        return Rank.ACK, (0x68, frame[4], frame[5])
    if frame.startswith(b"\xa0\x90") and len(frame) > 3:
        return Rank.BAR, (0xA0, frame[2], frame[3])
    if frame.startswith(b"\xaa") and len(frame) > 2:
        return Rank.BAR, (0xAA, frame[1], frame[2])
    return Rank.BAR, ()


class Schedule:
    """What is sent when. Pure: `byte_s` is the airtime of a byte, `now` monotonic seconds, never going back."""

    def __init__(self, byte_s: float, bound: int = QUEUE_BOUND) -> None:
        self._byte_s = byte_s
        self._gap_s = max(GAP_BYTES * byte_s, LEAST_GAP_S)
        self._room_s = max(ROOM_BYTES * byte_s, LEAST_GAP_S)
        self._bound = bound
        self._waiting: list[Order] = []
        self._sent_until = -1.0  # when the last byte of what was sent leaves the wire
        self._reply_until = -1.0
        self._heard_at = -1.0
        self._polls: list[Poll] = []
        self._asked: Poll | None = None  # the poll whose reply is awaited
        self._last: Order | None = None  # what was sent last, if it is to be sent again should somebody speak into it

    def __len__(self) -> int:
        """How many frames wait."""
        return len(self._waiting)

    def add(self, client: object, frame: bytes, now: float, *, unacknowledged: bool = False) -> Order:
        """Let a frame wait. It takes the place of an unsent one of the same client, address and command; with too many
        waiting it is dropped at once (`left` is False). `unacknowledged`: it is no acknowledgement and gets none."""
        rank, kind = place(frame)
        if unacknowledged and rank is Rank.ACK:
            rank, kind = Rank.ASK, (*kind, Rank.ASK)
        order = Order(client, rank, kind, frame, now, unacknowledged)
        for i, older in enumerate(self._waiting):
            if kind and older.kind == kind and older.client is client:
                older.left, order.since = False, older.since
                self._waiting[i] = order
                return order
        if rank is Rank.ACK:  # what spoke into the question was the answer to it
            self._forget(lambda other: other.client is client and other.rank is Rank.ASK and not other.again)
        if len(self._waiting) >= self._bound:
            order.left = False
        else:
            self._waiting.append(order)
        return order

    def heard(self, now: float) -> bool:
        """A device speaks; whether a frame waits again because of it."""
        self._heard_at = now
        spoilt, self._last = self._last, None
        again = spoilt is not None and now <= self._sent_until + REPLY_WAIT_S and self._once_more(spoilt, now)
        if now > self._sent_until:
            self._reply_until = now
            if self._asked is not None:
                self._asked.misses = 0
                self._asked = None
        return again

    def _once_more(self, order: Order, now: float) -> bool:
        """Let it wait a second time, unless a newer one of its kind does."""
        if any(other.kind == order.kind and other.client is order.client for other in self._waiting):
            return False
        self._waiting.append(replace(order, since=now, again=False))
        return True

    def poll(self, client: object, frame: bytes, reply_s: float) -> None:
        """Ask a device again and again while nothing else waits."""
        self._polls.append(Poll(client, frame, reply_s))

    def next(self, now: float) -> Order | float | None:
        """The frame to send now, taken out; or the seconds until there may be one; or None: nothing waits."""
        if not self._waiting:
            return self._next_poll(now)
        order = min(self._waiting, key=lambda o: o.rank)  # the oldest of its rank
        if order.rank is Rank.ACK:
            heard = min(self._heard_at + self._gap_s, order.since + LISTEN_LIMIT_S)
            wait_s = max(heard, self._sent_until + self._gap_s) - now
        else:
            pause_s = self._gap_s if order.rank is Rank.ASK else self._room_s  # texts wait for the seldom question
            wait_s = max(max(self._heard_at, self._sent_until) + pause_s, self._reply_until) - now
        if wait_s > 0:
            return wait_s
        self._waiting.remove(order)
        self._last = order if order.again else None
        self._sent_until = now + len(order.frame) * self._byte_s
        self._reply_until = self._sent_until + (REPLY_WAIT_S if order.rank is Rank.BAR else 0.0)
        return order

    def _next_poll(self, now: float) -> Order | float | None:
        if not self._polls:
            return None
        free = max(max(self._heard_at, self._sent_until) + self._room_s, self._reply_until)
        poll = min(self._polls, key=lambda p: p.due)
        wait_s = max(free, poll.due) - now
        if wait_s > 0:
            return wait_s
        if self._asked is not None:  # its reply window is over
            self._asked.misses += 1
            if self._asked.misses >= MISSES:
                self._asked.due = now + DEAD_EVERY_S
        self._asked, self._last = poll, None
        self._sent_until = now + len(poll.frame) * self._byte_s
        self._reply_until = poll.due = self._sent_until + poll.reply_s
        return Order(poll.client, Rank.POLL, (), poll.frame, now)

    def leave(self, client: object) -> None:
        """A client is gone: nothing of it is sent, nobody is polled for it."""
        self.drop(client)
        self._polls = [poll for poll in self._polls if poll.client is not client]

    def drop(self, client: object | None = None) -> None:
        """Forget what a client, or everybody, has waiting."""
        self._forget(lambda order: client is None or order.client is client)
        if self._last is not None and client in (None, self._last.client):
            self._last = None

    def _forget(self, is_meant: Callable[[Order], bool]) -> None:
        for order in self._waiting:
            if is_meant(order):
                order.left = False
        self._waiting = [order for order in self._waiting if order.left is None]
