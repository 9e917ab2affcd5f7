"""Whatever is called, cut and cleared: one thing at a time, in order, in time, at most its repeats."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from broadcast.flow import QUEUED, step
from broadcast.values import Began, Cut, Effect, Ended, Event, Play, Show, Voice
from hall.happened import Ticked, Told
from hall.messages import Say
from hall.model import ServiceState
from tests.broadcast.made import NINE, alarm, at_window, call, voice

KINDS = ("call", "again", "repeat", "alarm", "clear", "window", "began", "ended", "cut", "tick")


class Act(Struct, frozen=True):
    """One thing that happens `wait` seconds after the one before."""

    kind: str
    pick: int
    wait: float


ACTS = st.lists(
    st.builds(Act, st.sampled_from(KINDS), st.integers(0, 10_000), st.sampled_from((0.0, 0.4, 3.0, 14.0))),
    max_size=80,
)


class Player:
    """The other end: sounds what it is given, tells when it likes, and checks that it is never given two at once."""

    def __init__(self) -> None:
        self.now: Play | None = None
        self.cut: list[tuple[Play, int]] = []
        self.begun = 0
        self.emergency = ""
        self.started: list[tuple[int, str]] = []  # time, id
        self.sentences: Counter[str] = Counter()
        self.caption = ""

    def hear(self, effects: tuple[Effect, ...], at: int, calls: dict[str, Say]) -> None:
        for effect in effects:
            if isinstance(effect, Cut):
                assert self.now is not None
                assert effect.token == self.now.token
                self.cut.append((self.now, self.begun))
                self.now = None
            elif isinstance(effect, Play):
                assert self.now is None, "two at a time"
                self.now, self.begun = effect, 0
                say = effect.announcement.say
                assert bool(self.emergency) == (say == ""), "an emergency goes before everything"
                if say:
                    assert at <= calls[say].not_after, "begun after its expiry"
                    assert all(not cut.announcement.say for cut, _ in self.cut), "a cut call waits for its place"
                self.started.append((at, say))
            elif isinstance(effect, Show):
                self.caption = effect.caption.text

    def began(self) -> Event:
        if self.now is None or self.begun == len(self.now.announcement.sentences):
            return self.ended()
        self.begun += 1
        self.sentences[self.now.announcement.say] += 1
        return Began(self.now.token, self.begun - 1)

    def ended(self) -> Event:
        if self.cut:
            return self.late()
        if self.now is None or self.begun < len(self.now.announcement.sentences):
            return Ticked()
        token, self.now = self.now.token, None
        return Ended(token, self.begun)

    def late(self) -> Event:
        """The end of what was cut; a sentence may have begun just before the cut was heard."""
        if not self.cut:
            return Ticked()
        play, begun = self.cut.pop(0)
        return Ended(play.token, begun)


def event_of(act: Act, player: Player, calls: dict[str, Say], at: int) -> Event:
    label = f"A{act.pick % 7:03}"
    match act.kind:
        case "call" | "again":
            n = sum(c.label == label for c in calls.values()) + 1
            say = call(label, act.pick % 3 + 1, n, at=at, repeats=act.pick % 3 + 1)
            calls[say.id] = say
            return Told(say)
        case "repeat" if calls:
            return Told(list(calls.values())[act.pick % len(calls)])
        case "alarm":
            player.emergency = f"请离开{act.pick % 2}"
            return alarm(player.emergency)
        case "clear":
            player.emergency = ""
            return alarm("")
        case "window":
            service = ServiceState.SERVING if act.pick % 5 == 0 else ServiceState.CALLED
            return at_window(act.pick % 3 + 1, label if act.pick % 4 else None, service)
        case "began":
            return player.began()
        case "ended":
            return player.ended()
        case "cut":
            return player.late()
    return Ticked()


@settings(max_examples=300)
@given(ACTS, st.sampled_from((("zh",), ("zh", "en"))))
def test_one_at_a_time_in_order_in_time_at_most_its_repeats(acts: list[Act], languages: tuple[str, ...]) -> None:
    state: Voice = voice(*languages)
    player, calls, at = Player(), dict[str, Say](), NINE
    for act in acts:
        at += round(act.wait * 1000)
        event = event_of(act, player, calls, at)
        state, effects = step(state, event, at, at / 1000)
        player.hear(effects, at, calls)
        assert len(state.queue) <= QUEUED
        assert len({say.label for say in state.queue}) == len(state.queue), "a ticket queued twice"
        assert (state.playing is None) == (player.now is None)
        assert player.now is not None or player.caption == "", "a caption stands while nothing sounds"

    for say, count in player.sentences.items():
        if say:
            assert count <= calls[say].repeats * len(languages), "more than its repeats"


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40))
def test_calls_of_different_tickets_are_begun_in_the_order_they_came(picks: list[tuple[int, bool]]) -> None:
    state, player, calls, order = voice(), Player(), dict[str, Say](), list[str]()
    for n, speaks in picks:
        say = call(f"B{n:03}", n % 5 + 1)
        if say.id not in calls:
            order.append(say.id)
            calls[say.id] = say
        state, effects = step(state, Told(say), NINE, 0.0)
        player.hear(effects, NINE, calls)
        while speaks and player.now is not None:
            state, effects = step(state, player.began(), NINE, 0.0)
            player.hear(effects, NINE, calls)
    while player.now is not None:
        state, effects = step(state, player.began(), NINE, 0.0)
        player.hear(effects, NINE, calls)
    assert [say for _, say in player.started] == order
