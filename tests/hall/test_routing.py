"""Whom a window calls: the rule against a plain recomputation, the bound K for any arrivals, and levels of service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.hallfile import parse_hall
from hall.model import Hall, Priority, PriorityId
from hall.routing import Chosen, Key, Level, Line, Looked, Rule, choose, helps, levels, may_serve, passed_over
from tests.hall.halls import Table, a_hall, toml

MINUTE = 60_000
ELDER = Priority(id="elder", name="老年人", basis="示例依据", weight_minutes=15, bound=2)
BOOKED = Priority(id="booked", name="预约", basis="示例依据", weight_minutes=30, bound=3)
CLASSES = {p.id: p for p in (ELDER, BOOKED)}
K = 4  # of calls by number
QUEUES = ("pension", "medical", "relief")
WINDOWS = (("pension", "medical"), ("medical", "relief"), ("pension",), ("relief", "pension", "medical"))


def key(minute: float, place: int, behind: tuple[float, int] | None = None) -> Key:
    if behind is not None:
        return round(behind[0] * MINUTE), behind[1], 1, place, f"A{place:03}"
    return round(minute * MINUTE), place, 0, place, f"A{place:03}"


def looked(*lines: Line) -> list[Looked]:
    return [Looked(f"q{n}", Level.OWN, line) for n, line in enumerate(lines)]


def line(*tickets: tuple[Key, PriorityId, int]) -> Line:
    made = Line()
    for ticket in tickets:
        made.add(*ticket)
    return made


def chosen(*lines: Line) -> Chosen:
    found = choose(looked(*lines), CLASSES)
    assert found is not None
    return found


def test_nobody_waits() -> None:
    assert choose([], CLASSES) is None
    assert choose(looked(Line()), CLASSES) is None


def test_the_earliest_of_all_queues_is_called() -> None:
    found = chosen(line((key(2, 2), "", 0)), line((key(1, 1), "", 0), (key(3, 3), "", 0)))
    assert (found.ticket, found.rule, found.queue, found.passed) == ("A001", Rule.FIRST_COME, "q1", 0)


def test_a_class_counts_as_earlier_and_tells_whom_it_passes() -> None:
    found = chosen(line((key(0, 1), "", 0), (key(1, 2), "", 0)), line((key(14, 3), "elder", 0)))
    assert (found.ticket, found.rule, found.priority) == ("A003", Rule.PRIORITY, "elder")
    assert (found.passed, found.passed_first) == (2, ("A001", "A002"))


def test_a_class_is_not_absolute() -> None:
    assert chosen(line((key(0, 1), "", 0), (key(16, 2), "elder", 0))).ticket == "A001"


def test_at_the_bound_the_first_by_arrival_is_called() -> None:
    found = chosen(line((key(0, 1), "", 1), (key(1, 2), "", 2), (key(9, 3), "elder", 0)))
    assert (found.ticket, found.rule, found.put_off) == ("A001", Rule.BOUND, "A003")


def test_a_bound_of_one_class_does_not_hold_another() -> None:
    found = chosen(line((key(0, 1), "", 2), (key(9, 3), "booked", 0)))
    assert (found.ticket, found.rule) == ("A003", Rule.PRIORITY)


def test_who_is_put_back_stands_behind_the_one_named() -> None:
    queue = line((key(1, 2), "", 0), (key(2, 3), "", 0), (key(3, 4), "", 0))
    queue.add(key(0, 1, behind=(2, 3)), "", 0)
    assert [k[4] for k in queue.in_order()] == ["A002", "A003", "A001", "A004"]


def test_a_line_forgets_who_leaves() -> None:
    queue = line((key(0, 1), "", 2), (key(1, 2), "elder", 0))
    assert queue.remove(key(0, 1), "")
    assert not queue.remove(key(0, 1), "")
    assert queue == line((key(1, 2), "elder", 0))


class Hallway:
    """Queues and who was overtaken how often, counted the plain way."""

    def __init__(self) -> None:
        self.lines = {queue: Line() for queue in QUEUES}
        self.waiting: dict[str, tuple[Key, str, PriorityId]] = {}  # ticket → key, queue, class
        self.overtaken: Counter[str] = Counter()
        self.now, self.place = 0, 0

    def arrive(self, gap: int, queue: str, priority: PriorityId) -> None:
        self.now += gap
        self.place += 1
        standing = (self.now, self.place, 0, self.place, f"A{self.place:03}")
        self.lines[queue].add(standing, priority, 0)
        self.waiting[standing[4]] = (standing, queue, priority)

    def call(self, queues: Sequence[str]) -> None:
        at = [Looked(queue, Level.OWN, self.lines[queue]) for queue in queues]
        found = choose(at, CLASSES)
        here = sorted((k, p) for k, queue, p in self.waiting.values() if queue in queues)
        if not here:
            assert found is None
            return
        assert found is not None
        self.must_be_right(found, here)
        self.take(found.key, queues)

    def must_be_right(self, found: Chosen, here: list[tuple[Key, PriorityId]]) -> None:
        """The rule, recomputed without any of its structures."""
        best = min(here, key=lambda t: (t[0][0] - (CLASSES[t[1]].weight_minutes * MINUTE if t[1] else 0), t[0]))
        before = [k for k, _ in here if k < best[0]]
        if not before:
            right = (best[0], Rule.FIRST_COME, 0)
        elif any(self.overtaken[k[4]] >= CLASSES[best[1]].bound for k in before):
            right = (here[0][0], Rule.BOUND, 0)
        else:
            right = (best[0], Rule.PRIORITY, len(before))
        assert (found.key, found.rule, found.passed) == right
        mates = [k for k, p in here if p == found.priority and k < found.key]
        assert not mates, "inside a class first come, first called"

    def call_number(self, queues: Sequence[str], pick: int) -> None:
        """A clerk calls out of turn, as far as K allows."""
        here = sorted(k for k, queue, _ in self.waiting.values() if queue in queues)
        if not here:
            return
        wanted = here[pick % len(here)]
        at = [Looked(queue, Level.OWN, self.lines[queue]) for queue in queues]
        bound = any(one.line.is_bound(wanted, K) for one in at)
        before = [k for k in here if k < wanted]
        assert bound == any(self.overtaken[k[4]] >= K for k in before)
        assert passed_over(at, wanted) == (len(before), tuple(k[4] for k in before[:10]))
        if not bound:
            self.take(wanted, queues)

    def take(self, wanted: Key, queues: Sequence[str]) -> None:
        _, queue, priority = self.waiting.pop(wanted[4])
        assert self.lines[queue].remove(wanted, priority)
        for other, at, _ in self.waiting.values():
            if at in queues and other < wanted:
                self.lines[at].overtake(other, self.overtaken[other[4]])
                self.overtaken[other[4]] += 1


ARRIVALS = st.tuples(
    st.just("arrive"),
    st.integers(0, 20 * MINUTE),
    st.sampled_from(QUEUES),
    st.sampled_from(["", "", "elder", "booked"]),
)
CALLS = st.tuples(st.just("call"), st.sampled_from(WINDOWS))
NUMBERS = st.tuples(st.just("number"), st.sampled_from(WINDOWS), st.integers(0, 9))


@given(st.lists(st.one_of(ARRIVALS, ARRIVALS, CALLS, NUMBERS), max_size=120))
def test_no_ticket_is_overtaken_by_more_than_k_whatever_arrives(steps: list[tuple[object, ...]]) -> None:
    hallway = Hallway()
    for step in steps:
        match step:
            case ("arrive", int(gap), str(queue), str(priority)):
                hallway.arrive(gap, queue, priority)
            case ("call", tuple(queues)):
                hallway.call(queues)
            case ("number", tuple(queues), int(pick)):
                hallway.call_number(queues, pick)
        assert max(hallway.overtaken.values(), default=0) <= K
        for ticket, (_, queue, _) in hallway.waiting.items():  # the line knows each count exactly
            level = sum(any(k[4] == ticket for k in passed) for passed in hallway.lines[queue].passed)
            assert level == hallway.overtaken[ticket]


# --- which queues ---


def a_general_window(table: Table) -> None:
    table["windows"][1] = {"number": 2, "zone": "main", "serves": [], "delegated": ["relief"], "helps": ["pension"]}
    table["matters"][1]["approval"] = True
    table["clerks"][1]["temporary"] = True
    table["policy"] = {"help_over": 2}


def a_made_hall() -> Hall:
    table = a_hall()
    a_general_window(table)
    return parse_hall("hall.toml", {"hall.toml": toml(table)})


def test_own_and_delegated_matters_are_always_looked_at() -> None:
    hall = a_made_hall()
    assert levels(hall, 1) == [("pension", Level.OWN), ("medical", Level.OWN)]
    assert levels(hall, 2) == [("relief", Level.DELEGATED)]
    assert levels(hall, 2, None, ["medical"]) == [("medical", Level.OWN), ("relief", Level.DELEGATED)]


def test_temporary_staff_see_no_approvals() -> None:
    hall = a_made_hall()
    assert levels(hall, 1, hall.by_badge["102"]) == [("pension", Level.OWN)]
    assert may_serve(hall, hall.by_badge["101"], "medical")
    assert not may_serve(hall, hall.by_badge["102"], "medical")


@pytest.mark.parametrize(("idle", "waiting", "looks"), [(True, 1, True), (False, 2, False), (False, 3, True)])
def test_a_window_helps_when_idle_or_where_too_many_wait(idle: bool, waiting: int, looks: bool) -> None:
    pension = line(*((key(n, n), "", 0) for n in range(1, waiting + 1)))
    assert helps(a_made_hall(), 2, None, idle, {"pension": pension}) == (["pension"] if looks else [])
