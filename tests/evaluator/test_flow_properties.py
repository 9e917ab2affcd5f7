"""Whatever is touched, told and waited for: one fact at most for each service, of what was pressed for it alone."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.flow import fresh, step
from evaluator.values import (
    Effect,
    Erased,
    LevelPressed,
    MoreReasons,
    ReasonPressed,
    Reconsidered,
    State,
    Submitted,
    Typed,
)
from hall.happened import HubChanged, Note, Ticked, Told
from hall.messages import Rated
from hall.model import DeskState
from hall.ratings import UNRATED, fault_in
from tests.evaluator.made import REASONS, SETTINGS, in_hand, rated_in, window

SERVICES = tuple(f"2026-11-23/A{n:03}#1" for n in range(1, 7))
CODES = tuple(code for codes in REASONS.codes.values() for code in codes)
TOUCHES = st.one_of(
    st.builds(LevelPressed, st.integers(0, 6), st.booleans()),
    st.builds(ReasonPressed, st.sampled_from(CODES)),
    st.builds(Typed, st.sampled_from(("好", "a", "\n", " "))),
    st.sampled_from((Erased(), MoreReasons(), Reconsidered(), Submitted())),
)
HAPPENS = st.one_of(
    TOUCHES,
    TOUCHES,
    st.builds(HubChanged, st.booleans()),
    st.just(Ticked()),
    st.sampled_from(("finish", "finish", "next", "told again", "told before")),
)


class Hall:
    """A hub that finishes services in their order, and an evaluator before it."""

    def __init__(self) -> None:
        self.state: State = fresh(SETTINGS)
        self.mono = 0.0
        self.done = 0
        self.telling = Told(window())
        self.before = self.telling
        self.facts: list[Rated] = []
        self.pressed: dict[str, set[int]] = {}

    def happen(self, what: object) -> None:
        if what == "finish" and self.done < len(SERVICES):
            self.before, self.telling = self.telling, Told(window(SERVICES[self.done]))
            self.done += 1
            what = self.telling
        elif what == "next":
            ticket = f"2026-11-23/A{self.done + 1:03}"
            self.before, self.telling = self.telling, Told(window(None, DeskState.CALLING, in_hand=in_hand(ticket)))
            what = self.telling
        elif isinstance(what, str):
            what = self.before if what == "told before" else self.telling
        asking = self.state.asking
        if isinstance(what, LevelPressed) and asking is not None and asking.chosen is None:
            self.pressed.setdefault(asking.service, set()).add(what.level)
        was_asked = asking.service if asking else None
        self.state, effects = step(self.state, what, self.mono)
        self.facts += rated_in(effects)
        self.judge(effects, was_asked)

    def judge(self, effects: tuple[Effect, ...], was_asked: str | None) -> None:
        asking = self.state.asking
        if asking is not None and asking.service != was_asked:
            assert asking.chosen is None, "something is preselected"
        for effect in effects:
            if not isinstance(effect, Note):
                assert not re.search(r"[0-9]", repr(effect)), effect
        assert re.search(r"chosen=(None|Chosen\(…\))", repr(asking)) or asking is None


@settings(max_examples=300)
@given(st.lists(st.tuples(HAPPENS, st.sampled_from((0.1, 1.0, 20.0, 61.0))), max_size=60))
def test_one_rating_for_a_service_and_only_what_was_pressed(acts: list[tuple[object, float]]) -> None:
    hall = Hall()
    for what, wait in acts:
        hall.mono += wait
        hall.happen(what)
    assert max(Counter(fact.service for fact in hall.facts).values(), default=0) <= 1
    for fact in hall.facts:
        assert fault_in(fact, {REASONS.version: REASONS}) is None
        if fact.level != UNRATED:
            assert fact.level in hall.pressed[fact.service]


@settings(max_examples=100)
@given(st.lists(TOUCHES, max_size=30))
def test_whoever_is_asked_ends_in_one_fact_after_a_minute(touches: list[object]) -> None:
    hall = Hall()
    hall.happen(HubChanged(True))
    hall.happen("finish")
    for touch in touches:
        hall.happen(touch)
    hall.mono += 60
    hall.happen(Ticked())
    assert [fact.service for fact in hall.facts] == [SERVICES[0]]
    assert hall.state.asking is None
