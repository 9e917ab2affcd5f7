"""The people of a replayed day: who comes when, who holds which number, who stands at which window.

What people saw at the ticket machine goes to DIR/people.jsonl, a line for each who pressed or was turned away:

    {"line": 7, "kiosk": "kiosk-1", "t": 34215.2, "end": 34217.9, "saw": "take", "label": "A017", "again": 0}

`saw`: the page at the end (take, see_staff, voided), or why there was no number (closed:lunch, refused:late, hub_away,
paper_out …), or `gone`: the machine's screen went dark before anything was said.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from hall.model import StationId, TicketId, WindowNo
from testbed.day import Arrival
from testbed.tape import Tape

PEOPLE: Final = "people"
RATES_S: Final = 6.0  # real: nobody stands at a pad longer


class Holder(Struct, frozen=True):
    """Somebody with a number, since a business time."""

    arrival: Arrival
    since: float


class Seen(Struct, frozen=True, kw_only=True):
    """What one saw at a ticket machine; `again`: how often the same person was turned away before."""

    arrival: Arrival
    kiosk: StationId
    began: float
    ended: float
    saw: str
    label: str = ""
    again: int = 0


class Crowd:
    """May be asked and told from any thread. `clock`: business seconds since midnight. `codes`: of those who have
    booked, by their line of the day."""

    def __init__(
        self,
        arrivals: Sequence[Arrival],
        kiosks: Sequence[StationId],
        tape: Tape,
        codes: Mapping[int, str] | None = None,
    ) -> None:
        self.codes: Mapping[int, str] = codes or {}
        self.clock: Callable[[], float] = tape.clock
        self._tape = tape
        self._lock = threading.Lock()  # guards what follows
        self._coming = deque(arrivals)
        self._queues: dict[StationId, deque[Arrival]] = {kiosk: deque() for kiosk in kiosks}
        self._at_kiosk: set[StationId] = set()
        self._holders: dict[str, Holder] = {}
        self._served: dict[TicketId, Holder | None] = {}
        self._served_at: dict[WindowNo, float] = {}
        self._rating: dict[WindowNo, float] = {}  # until then, real, somebody stands at the pad
        self.done = 0
        self.longest_queue = 0

    # --- at the ticket machines ---

    def next_at(self, kiosk: StationId) -> Arrival | None:
        """Who is next at a ticket machine, if anybody has come; people join the shorter queue."""
        with self._lock:
            now = self.clock()
            while self._coming and self._coming[0].arrive <= now:
                shortest = min(self._queues.values(), key=len)
                shortest.append(self._coming.popleft())
            self._at_kiosk.discard(kiosk)
            self.longest_queue = max(self.longest_queue, *map(len, self._queues.values()))
            queue = self._queues[kiosk] or max(self._queues.values(), key=len)
            if not queue:
                return None
            self._at_kiosk.add(kiosk)
            return queue.popleft()

    def left_kiosk(self, kiosk: StationId) -> None:
        """Whoever stood there has gone."""
        with self._lock:
            self._at_kiosk.discard(kiosk)
            self.done += 1

    def seen(self, what: Seen) -> None:
        """Somebody was given a number, or was told why not."""
        row = {
            "line": what.arrival.line,
            "kiosk": what.kiosk,
            "t": round(what.began, 3),
            "end": round(what.ended, 3),
            "saw": what.saw,
            "label": what.label,
            "again": what.again,
        }
        self._tape.write(PEOPLE, json.dumps(row, ensure_ascii=False) + "\n")
        if what.label and what.saw not in ("voided",):
            with self._lock:
                self._holders[what.label] = Holder(what.arrival, what.ended)

    @property
    def all_have_come(self) -> bool:
        """Whether nobody is on the way or at a ticket machine any more."""
        with self._lock:
            return not self._coming and not self._at_kiosk and not any(self._queues.values())

    @property
    def still_to_come(self) -> int:
        """How many are on the way, or stand before the ticket machines."""
        with self._lock:
            return len(self._coming) + sum(map(len, self._queues.values())) + len(self._at_kiosk)

    # --- at the windows ---

    def holder(self, label: str) -> Holder | None:
        """Who has that number."""
        with self._lock:
            return self._holders.get(label)

    def comes(self, label: str) -> bool:
        """Whether the one with that number is still there: patience is counted from the slip, or the last window."""
        holder = self.holder(label)
        return holder is not None and self.clock() - holder.since <= holder.arrival.patience_min * 60

    def served(self, window: WindowNo, ticket: TicketId, label: str) -> None:
        """The one with that number was served at a window, and turns to its pad."""
        with self._lock:
            holder = self._served[ticket] = self._holders.get(label)
            if holder is not None:  # several matters on a number: then the wait for the next begins
                self._holders[label] = Holder(holder.arrival, self.clock())
            self._served_at[window] = time.monotonic()
            if holder is not None and holder.arrival.rating:
                self._rating[window] = time.monotonic() + RATES_S

    def rating(self, ticket: TicketId) -> int:
        """The level that the one who was served presses; 0 for none."""
        with self._lock:
            holder = self._served.get(ticket)
        return holder.arrival.rating if holder is not None else 0

    def served_at(self, window: WindowNo) -> float:
        """When somebody was last about to turn to the pad of a window, in monotonic seconds."""
        with self._lock:
            return self._served_at.get(window, 0.0)

    def is_rating(self, window: WindowNo) -> bool:
        """Whether somebody still stands at the pad of a window."""
        with self._lock:
            return self._rating.get(window, 0.0) > time.monotonic()

    def goes(self, window: WindowNo) -> None:
        """Whoever stood at the pad has gone."""
        with self._lock:
            self._rating.pop(window, None)
