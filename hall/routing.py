"""Whom a window calls next, pure: which queues it looks at, whom it chooses, by which rule, and whom it passes over.

A queue (`Line`) has a lane for each class of 绿色通道; inside a lane tickets stand by arrival. A class counts as having
come some minutes earlier, so that among the first of all lanes the earliest *so counted* is called. Nobody is called
past a ticket that was overtaken as often as the class allows (its bound K): then the first by arrival is called. So K
bounds how often later arrivals can overtake anyone, whatever arrives: a call increases the count of those it passes
over, and is made only if each of them stands below K.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from heapq import merge
from typing import TypeAlias

from msgspec import Struct

from hall.model import Clerk, Hall, Instant, MatterId, Priority, PriorityId, TicketId, WindowNo

# Since when and at which place it stands; 1 if put back behind that place; its own place by arrival; its id.
Key: TypeAlias = tuple[Instant, int, int, int, TicketId]
MOST_TOLD = 10  # of those passed over, by name


class Rule(StrEnum):
    """Why this ticket and no other. Logged with every call; a rule once released keeps its meaning."""

    FIRST_COME = "first_come"
    PRIORITY = "priority"  # a class of 绿色通道 counts as having come earlier
    BOUND = "bound"  # first come, as someone had been overtaken as often as may be
    BY_NUMBER = "by_number"  # a clerk called it out of turn
    TAKEN_UP = "taken_up"  # a ticket that the window itself had set aside


class Level(StrEnum):
    """How a window comes to serve a queue."""

    OWN = "own"
    DELEGATED = "delegated"  # 委托代办, to the 综合窗口
    HELP = "help"  # helps out: nobody waits at its own, or too many there
    ASKED = "asked"  # those who wait for this window or clerk alone


class Line(Struct):
    """A queue: lanes by class, each by arrival; `passed[n]` are those overtaken more than n times, by arrival."""

    lanes: dict[PriorityId, list[Key]] = {}
    passed: list[list[Key]] = []

    def __len__(self) -> int:
        return sum(map(len, self.lanes.values()))

    def copy(self) -> Line:
        """The same, to be changed apart."""
        lanes = {priority: lane.copy() for priority, lane in self.lanes.items()}
        return Line(lanes=lanes, passed=[level.copy() for level in self.passed])

    def add(self, key: Key, priority: PriorityId, overtaken: int) -> None:
        """Let a ticket stand here."""
        insort(self.lanes.setdefault(priority, []), key)
        for times in range(overtaken):
            self._pass(key, times)

    def remove(self, key: Key, priority: PriorityId) -> bool:
        """Take a ticket out; whether it stood here."""
        if not _drop(self.lanes.get(priority, []), key):
            return False
        if not self.lanes[priority]:
            del self.lanes[priority]
        for level in self.passed:
            if not _drop(level, key):
                break
        while self.passed and not self.passed[-1]:
            self.passed.pop()
        return True

    def overtake(self, key: Key, overtaken: int) -> None:
        """A ticket of this line was passed over once more, `overtaken` times before."""
        self._pass(key, overtaken)

    def _pass(self, key: Key, times: int) -> None:
        if times == len(self.passed):
            self.passed.append([])
        insort(self.passed[times], key)

    def in_order(self) -> Iterator[Key]:
        """All, by arrival."""
        return merge(*self.lanes.values())

    def before(self, key: Key) -> int:
        """How many came before."""
        return sum(bisect_left(lane, key) for lane in self.lanes.values())

    def is_bound(self, key: Key, bound: int) -> bool:
        """Whether calling `key` would pass over one who was overtaken `bound` times already."""
        if bound == 0:
            return any(lane[0] < key for lane in self.lanes.values())
        return len(self.passed) >= bound and self.passed[bound - 1][0] < key


def _drop(keys: list[Key], key: Key) -> bool:
    at = bisect_left(keys, key)
    if at == len(keys) or keys[at] != key:
        return False
    del keys[at]
    return True


class Looked(Struct, frozen=True):
    """A queue that a window looks at, and why."""

    queue: str
    level: Level
    line: Line


class Chosen(Struct, frozen=True, kw_only=True):
    """Whom to call: where it stands, by which rule, whom that passes over (the first of them by name), and, with
    `bound`, who would have been called otherwise."""

    key: Key
    queue: str
    level: Level
    priority: PriorityId
    rule: Rule
    passed: int = 0
    passed_first: tuple[TicketId, ...] = ()
    put_off: TicketId = ""

    @property
    def ticket(self) -> TicketId:
        return self.key[4]


def choose(looked: Sequence[Looked], classes: Mapping[PriorityId, Priority]) -> Chosen | None:
    """Whom a window that looks at these queues calls next; None if nobody waits there."""
    heads = [
        (lane[0], _counted(lane[0], classes.get(priority)), priority, at)
        for at in looked
        for priority, lane in at.line.lanes.items()
    ]
    if not heads:
        return None
    first = min(heads, key=lambda head: head[0])
    best = min(heads, key=lambda head: (head[1], head[0]))
    if best[0] == first[0]:
        return _chosen(first, Rule.FIRST_COME)
    favoured = classes[best[2]]  # only a class counts as earlier than it came
    if any(at.line.is_bound(best[0], favoured.bound) for at in looked):
        return _chosen(first, Rule.BOUND, put_off=best[0][4])
    count, names = passed_over(looked, best[0])
    return _chosen(best, Rule.PRIORITY, passed=count, passed_first=names)


def passed_over(looked: Sequence[Looked], key: Key) -> tuple[int, tuple[TicketId, ...]]:
    """How many of those looked at came before, and the first of them."""
    count = 0
    first: list[Key] = []
    for at in looked:
        for lane in at.line.lanes.values():
            before = bisect_left(lane, key)
            count += before
            first += lane[: min(before, MOST_TOLD)]
    first.sort()
    return count, tuple(found[4] for found in first[:MOST_TOLD])


def _counted(key: Key, priority: Priority | None) -> float:
    return key[0] - (priority.weight_minutes * 60_000 if priority else 0.0)


def _chosen(
    head: tuple[Key, float, PriorityId, Looked],
    rule: Rule,
    *,
    passed: int = 0,
    passed_first: tuple[TicketId, ...] = (),
    put_off: TicketId = "",
) -> Chosen:
    key, _, priority, at = head
    return Chosen(
        key=key,
        queue=at.queue,
        level=at.level,
        priority=priority,
        rule=rule,
        passed=passed,
        passed_first=passed_first,
        put_off=put_off,
    )


# --- which queues --------------------------------------------------------------------------------------------------


def may_serve(hall: Hall, clerk: Clerk | None, matter: MatterId) -> bool:
    """Whether a clerk may handle a matter: 临聘 staff no approvals (seed §(十)1)."""
    return clerk is None or not clerk.temporary or not hall.by_matter[matter].approval


def levels(
    hall: Hall, window: WindowNo, clerk: Clerk | None = None, opened: Iterable[MatterId] = ()
) -> list[tuple[str, Level]]:
    """The queues of matters that a window always looks at; `opened`: those the manager added for a while."""
    at = hall.by_window[window]
    found = dict.fromkeys(at.serves, Level.OWN)
    found.update(dict.fromkeys((m for m in opened if m not in found), Level.OWN))
    found.update(dict.fromkeys((m for m in at.delegated if m not in found), Level.DELEGATED))
    return [(matter, level) for matter, level in found.items() if may_serve(hall, clerk, matter)]


def helps(hall: Hall, window: WindowNo, clerk: Clerk | None, idle: bool, lines: Mapping[str, Line]) -> list[str]:
    """The queues where a window helps out now: any while nobody waits at its own (`idle`), else the overfull ones."""
    return [
        matter
        for matter in hall.by_window[window].helps
        if matter in lines and may_serve(hall, clerk, matter) and (idle or len(lines[matter]) > hall.policy.help_over)
    ]
