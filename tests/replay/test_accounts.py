"""The log as accounts: numbers that go on to another window are neither called twice nor served too little."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from testbed.readers.ratings import Pad, Press
from testbed.readers.record import Event
from testbed.reconciling.calls import Recording, voices
from testbed.reconciling.findings import Findings, Mishap
from testbed.reconciling.ledger import Ledger
from testbed.reconciling.numbers import joint
from testbed.reconciling.pads import ratings

T = "2026-11-23/A001"
STEPS = {"newborn": ("newborn", "household", "medical", "newborn")}
ISSUED: dict[str, Any] = {"ticket": T, "label": "A001", "station": "kiosk-1", "matter": "newborn"}


class Log:
    """One number's events, written down as they come."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._services = count(1)
        self.add("ticket_issued", **ISSUED)

    def add(self, kind: str, **body: Any) -> None:
        seq = len(self.events) + 1
        self.events.append(Event(seq, seq * 1_000, kind, {"ticket": T, **body}))

    def called(self, matter: str, window: int, rule: str = "first_come") -> dict[str, Any]:
        at = {"service": f"{T}#{next(self._services)}", "window": window}
        self.add("called", matter=matter, rule=rule, **at)
        return at

    def served(self, matter: str, window: int, further: str = "", rule: str = "first_come") -> dict[str, Any]:
        at = self.called(matter, window, rule)
        self.add("started", **at)
        self.add("finished", disposition="done", further=further, **at)
        return at

    def ledger(self) -> Ledger:
        return Ledger(self.events, lambda ms: ms / 1_000)

    def judged(self, asked: str = "newborn") -> tuple[int, list[str]]:
        """How many joint matters were done whole, and what differs."""
        ledger, found = self.ledger(), Findings((), 1.0)
        done = joint([{"label": "A001", "line": 2}], {2: asked}, STEPS, ledger, found)
        return done, [*(what for what, _ in ledger.mistakes), *(row["what"] for row in found.differences)]


def whole() -> Log:
    log = Log()
    log.served("newborn", 1, "household")
    log.served("household", 2, "medical")
    log.served("medical", 3, "newborn")
    log.served("newborn", 1)
    return log


def test_a_joint_number_is_one_served_number_of_four_services() -> None:
    log = whole()
    ledger = log.ledger()
    assert (ledger.tickets[T].state, len(ledger.services), ledger.double_calls) == ("served", 4, 0)
    assert log.judged() == (1, [])


def test_a_recording_that_ends_before_its_first_word_is_excused_by_a_mishap_alone() -> None:
    chime = Recording(30_000.0, "voice-b/0011-2026-11-23_J003#1~1.wav", [])
    moved = Mishap(
        number=4, kind="upgrade", target="hub", began=30_001.0, ended=30_400.0, real_began_s=1.0, real_ended_s=5.0,
        felt_by=("voice-b",),
    )  # fmt: skip
    for mishaps, differ, excused in (((moved,), 0, 1), ((), 1, 0), ((replace(moved, felt_by=("voice-a",)),), 1, 0)):
        found = Findings(mishaps, 100.0)
        assert voices([], [chime], [], {}, {}, found) == (0, 0)
        assert (len(found.differences), len(found.exceptions)) == (differ, excused)


def test_a_rating_whose_pad_was_not_told_that_it_was_taken_counts_where_its_line_had_a_mishap() -> None:
    log = Log()
    at = log.served("newborn", 1)
    log.add("service_rated", level=5, rule="", **at)
    pulled = Mishap(
        number=5, kind="pull", target="line-b", began=4.0, ended=9.0, real_began_s=4.0, real_ended_s=9.0,
        felt_by=("line-b",),
    )  # fmt: skip
    untaken, nothing = Pad([], [], [Press(4.5, 3)]), Pad([], [], [])
    for pad, mishaps, rated, differ in ((untaken, (pulled,), 1, 0), (untaken, (), 0, 1), (nothing, (pulled,), 0, 1)):
        found = Findings(mishaps, 1.0)
        assert ratings(log.ledger(), {1: pad}, {1: "line-b"}, found)["rated"] == rated
        assert (len(found.differences), len(found.exceptions)) == (differ, 1 - differ)


def test_a_step_that_is_left_out_is_told() -> None:
    log = Log()
    log.served("newborn", 1, "household")
    log.served("household", 2, "newborn")
    log.served("newborn", 1)
    done, told = log.judged()
    assert done == 0
    assert told == [
        "A001 (served) was served newborn, household, newborn; asked for was newborn, household, medical, newborn"
    ]


def test_a_number_that_ends_too_early_or_gets_what_nobody_asked_for_is_told() -> None:
    log = Log()
    log.served("newborn", 1)
    assert log.judged()[1] == ["A001 (served) was served newborn; asked for was newborn, household, medical, newborn"]
    assert log.judged("passport")[1] == ["A001 (served) was served newborn; asked for was passport"]


@pytest.mark.parametrize("end", ["left", "no_show", "day_closed"])
def test_who_goes_home_in_between_was_served_as_far(end: str) -> None:
    log = Log()
    log.served("newborn", 1, "household")
    if end == "left":
        log.add("ticket_left")
    else:
        at = log.called("household", 2)
        log.add("started", **at) if end == "day_closed" else log.add("missed", then="void", behind_place=0, **at)
        if end == "day_closed":
            log.add("finished", disposition="day_closed", further="", **at)
    assert log.judged() == (0, [])


def test_an_end_that_is_taken_back_is_no_service_and_another_call_no_second_one() -> None:
    log = Log()
    at = log.served("newborn", 1, "household")
    log.add("taken_back", act="finish", stood={"aside": False}, **at)
    ledger = log.ledger()
    assert (ledger.tickets[T].state, ledger.tickets[T].matter, ledger.services) == ("serving", "newborn", {})
    log.add("set_aside", reason="form", **at)
    undone = log.called("newborn", 1, "taken_up")
    log.add("taken_back", act="call", stood={"aside": True}, **undone)
    log.served("newborn", 1, "household", "taken_up")
    log.served("household", 2, "medical")
    log.served("medical", 3, "newborn")
    log.served("newborn", 1)
    assert log.judged() == (1, [])


def test_a_call_for_another_part_or_of_one_who_is_served_is_told() -> None:
    log = Log()
    log.served("newborn", 1, "household")
    log.called("medical", 3)
    assert log.judged()[1][0] == "A001 was called for medical, it waits for household"
    log = whole()
    log.called("newborn", 1)
    ledger = log.ledger()
    assert ledger.double_calls == 1
    assert ledger.mistakes[0][0] == "A001 was called while it was served"


def test_who_was_missed_may_come_back_and_is_over_when_that_ends() -> None:
    log = Log()
    at = log.called("newborn", 1)
    log.add("missed", then="kept", behind_place=0, **at)
    log.add("came_back", rule="kept")
    log.called("newborn", 1)
    assert (log.ledger().double_calls, log.judged()[1]) == (0, [])
    log.add("missed", then="kept", behind_place=0, service=f"{T}#2", window=1)
    log.add("kept_ended")
    assert log.ledger().tickets[T].state == "no_show"
