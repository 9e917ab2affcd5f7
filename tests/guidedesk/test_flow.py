"""The guide desk's flow, as tables and as a property: every number given out is reported once."""

from __future__ import annotations

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from guidedesk.flow import IDLE_S, PRINT_LIMIT_S, SURE_S, step
from guidedesk.keys import of_key
from guidedesk.moves import Effect
from guidedesk.values import GuideDesk, Intend, PageName, Print, Report, Stage, Tapped
from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.messages import (
    AlertState,
    Catalogue,
    EndAlert,
    Find,
    Noted,
    OpenState,
    Refusal,
    Reprint,
    SetEmergency,
    TakeTicket,
)
from hall.model import AlertKind, Printing, TicketState
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from tests.guidedesk.made import (
    ALERTS,
    after,
    alert,
    done,
    emergency,
    found,
    given,
    looked_up,
    ready,
    refused,
    texts,
)
from tests.kiosk.made import NINE, catalogue, issued

A017 = "2026-11-23/A017"
TAKE = TakeTicket(matter="m0-1")


def wants(effects: list[Effect]) -> list[object]:
    return [e.body for e in effects if isinstance(e, Want)]


def reports(effects: list[Effect]) -> list[tuple[str, Printing, str]]:
    return [(e.fact.ticket, e.fact.outcome, e.fact.reason) for e in effects if isinstance(e, Report)]


def test_department_matter_issue() -> None:
    state, effects = done(ready(), "department:d0")
    assert (state.page, effects) == (PageName.MATTERS, [])
    state, effects = done(state, "matter:m0-1")
    assert (state.page, effects) == (PageName.CONFIRM, [])
    state, effects = done(state, "yes")
    assert wants(effects) == [TAKE]
    assert done(state, "yes", "yes")[1] == [], "one wish at a time"
    state, effects = done(state, Answered(TAKE, issued()))
    assert effects == [Intend(issued()), Print(issued())]
    assert state.page is PageName.ISSUED
    state, effects = done(state, PrintEnded(A017, Printing.ON_PAPER))
    assert reports(effects) == [(A017, Printing.ON_PAPER, "")]
    assert state.job is not None
    assert state.job.stage is Stage.ON_PAPER


@pytest.mark.parametrize(
    ("press", "outcome", "reason", "stage"),
    [
        ("written", Printing.ON_PAPER, "by_hand", Stage.WRITTEN),
        ("void", Printing.VOID, "by_staff", Stage.VOIDED),
    ],
)
@pytest.mark.parametrize("printer", [False, True])
def test_without_a_slip_staff_say_what_becomes_of_the_number(
    press: str, outcome: Printing, reason: str, stage: Stage, printer: bool
) -> None:
    state = given(ready(printer=printer))
    if printer:
        state, effects = done(state, PrintEnded(A017, Printing.VOID, "paper_out"))
        assert reports(effects) == [], "not void before staff say so"
    assert state.job is not None
    assert state.job.stage is Stage.TO_WRITE
    state, effects = done(state, press, press)
    assert reports(effects) == [(A017, outcome, reason)]
    assert state.job is not None
    assert state.job.stage is stage
    assert done(state, "next")[1] == []


@pytest.mark.parametrize("leave", ["mode:find", "mode:issue", "mode:alerts", "mode:emergency", "next"])
def test_a_number_that_staff_leave_without_a_word_is_unknown(leave: str) -> None:
    state, effects = done(given(ready(printer=False)), leave)
    assert reports(effects) == [(A017, Printing.UNKNOWN, "not_said")]
    assert state.job is None
    assert state.said is not None
    assert state.said.key == "said.in_doubt"


def test_a_slip_that_fails_behind_another_page_is_unknown() -> None:
    state = after(given(ready()), "mode:alerts")
    state, effects = done(state, PrintEnded(A017, Printing.VOID, "paper_out"))
    assert reports(effects) == [(A017, Printing.UNKNOWN, "paper_out")]
    assert state.page is PageName.ALERTS


def test_a_driver_that_died_is_not_waited_for() -> None:
    state, effects = done(given(ready()), Ticked(), mono=1.0 + PRINT_LIMIT_S)
    assert state.job is not None
    assert (state.job.stage, effects) == (Stage.TO_WRITE, [])


def test_while_a_slip_is_printed_no_other_number_is_taken() -> None:
    state, effects = done(given(ready()), "mode:issue", "department:d0", "matter:m0-2", "yes")
    assert wants(effects) == []
    assert state.said is not None
    assert state.said.key == "said.printing"


def test_a_number_is_found_and_printed_again() -> None:
    state, effects = done(ready(), "mode:find", "type:a", "type:1", "type:8", "erase", "type:7", "enter")
    assert wants(effects) == [Find(label="A17")]
    state = after(state, Answered(Find(label="A17"), found()))
    assert state.page is PageName.FOUND
    state, effects = done(state, "reprint")
    assert wants(effects) == [Reprint(ticket=A017)]
    again = issued(reprint=True)
    state, effects = done(state, Answered(Reprint(ticket=A017), again))
    assert effects == [Print(again)], "a second slip is no new intention"
    state, effects = done(state, PrintEnded(A017, Printing.ON_PAPER))
    assert reports(effects) == [(A017, Printing.ON_PAPER, "reprint")]


def test_a_number_that_comes_unasked_hides_none_that_is_owed() -> None:
    state, effects = done(given(ready()), Answered(TAKE, issued("A018")))
    assert reports(effects) == [(A017, Printing.UNKNOWN, "another_number")]
    assert state.job is not None
    assert state.job.issued.label == "A018"
    assert done(state, Answered(TAKE, issued("A018")))[1] == [], "said twice"


def test_nothing_is_chosen_before_the_hub_is_heard() -> None:
    state = GuideDesk(texts=texts())
    opening = OpenState(rev=1, day="2026-11-23", taking=True)
    state, effects = done(state, Told(catalogue()), Told(opening), "mode:emergency", "department:d0")
    assert (state.page, effects) == (PageName.STARTING, [])
    assert after(state, HubChanged(here=True)).page is PageName.DEPARTMENTS


def test_a_second_slip_that_fails_says_nothing_of_the_number() -> None:
    state = after(looked_up(ready()), "reprint", Answered(Reprint(ticket=A017), issued(reprint=True)))
    state, effects = done(state, PrintEnded(A017, Printing.VOID, "paper_out"))
    assert effects == []
    assert state.job is not None
    assert state.job.stage is Stage.NO_SECOND


@pytest.mark.parametrize("ticket", list(TicketState))
def test_only_who_waits_or_is_called_gets_a_second_slip(ticket: TicketState) -> None:
    _, effects = done(looked_up(ready(), found(ticket)), "reprint")
    assert bool(effects) == (ticket in (TicketState.WAITING, TicketState.CALLED))
    assert done(looked_up(ready(printer=False), found(ticket)), "reprint")[1] == []


def test_the_next_number_is_typed_over_the_one_found() -> None:
    state = after(looked_up(ready()), "type:b")
    assert (state.page, state.typed, state.found) == (PageName.FIND, "B", None)


@pytest.mark.parametrize("junk", ["type:", "type:好", "type:ab", "type:-", "type:½"])
def test_only_letters_and_digits_are_typed(junk: str) -> None:
    assert after(ready(), "mode:find", junk).typed == ""


def test_alerts_come_with_staff_first_and_go_when_they_end() -> None:
    state = after(ready(), *ALERTS, "mode:alerts")
    assert [a.id for a in state.alerts][:2] == ["staff-call-3", "device-kiosk-1-printer"]
    state, effects = done(state, "handled:staff-call-3", "handled:nothing")
    assert wants(effects) == [EndAlert(alert="staff-call-3")]
    ended = AlertState(
        rev=2, id="staff-call-3", kind=AlertKind.STAFF_CALL, subject="3", detail="", started_at=NINE, ended_at=NINE
    )
    state = after(state, Answered(EndAlert(alert="staff-call-3"), Noted()), Told(ended))
    assert len(state.alerts) == len(ALERTS) - 1
    assert after(state, ALERTS[1]).alerts[0].id == "staff-call-3", "it may call again"


def test_an_emergency_needs_a_second_confirmation() -> None:
    state, effects = done(ready(), "mode:emergency", "text:1", "zone:a")
    assert (state.page, effects) == (PageName.SURE, [])
    assert done(state, "yes", "enter", "zone:a", "text:1", "next")[1] == []
    for key in ("return", "space", "1", "y", "f8"):
        button = of_key(key, state)
        assert button is None or done(state, button)[1] == [], key
    state, effects = done(state, "sure")
    wish = SetEmergency(text=texts()[1], zone="a")
    assert wants(effects) == [wish]
    state = after(state, Answered(wish, Noted()))
    assert (state.page, state.plan) == (PageName.EMERGENCY, None)


def test_ending_one_needs_it_too() -> None:
    running = after(ready(), emergency("a"), emergency("b"), "mode:emergency")
    assert of_key("f8", running) == "end:"
    state, effects = done(running, "end:")
    assert (state.page, effects) == (PageName.SURE, [])
    assert wants(done(state, "sure")[1]) == [SetEmergency(text="", zone=None)]
    one = after(running, emergency("b", ""))
    assert [e.zone for e in one.emergencies] == ["a"]
    assert of_key("f8", one) == "end:a"


def test_a_question_nobody_answers_is_withdrawn() -> None:
    asked = after(ready(), "mode:emergency", "text:0", "zone:")
    assert after(asked, Ticked(), mono=SURE_S).page is PageName.SURE
    state, effects = done(asked, Ticked(), mono=1.0 + SURE_S)
    assert (state.page, state.plan, effects) == (PageName.EMERGENCY, None, [])
    assert after(looked_up(ready()), Ticked(), mono=1.0 + IDLE_S).page is PageName.FIND


def test_a_refusal_is_told_and_the_page_stays() -> None:
    asked = after(ready(), "department:d0", "matter:m0-1", "yes")
    state = after(asked, refused(TAKE, Refusal.SERIES_FULL))
    assert state.page is PageName.CONFIRM
    assert state.said is not None
    assert (state.said.room, state.said.key) == ("refusals", "series_full")
    assert wants(done(state, "yes")[1]) == [TAKE]


def test_without_the_hub_nothing_is_asked_and_after_a_doubt_neither() -> None:
    confirm = after(ready(), "department:d0", "matter:m0-1")
    assert done(after(confirm, HubChanged(here=False)), "yes")[1] == []
    doubt = after(confirm, "yes", Unanswered(TAKE, settled=False))
    assert done(doubt, "yes")[1] == []
    settled = after(doubt, Unanswered(TAKE, settled=True))
    assert wants(done(settled, "yes")[1]) == [TAKE]


def test_a_matter_that_leaves_the_catalogue_is_not_asked_for() -> None:
    confirm = after(ready(), "department:d3", "matter:m3-1")
    smaller: Catalogue = catalogue(departments=2)
    state, effects = done(confirm, Told(smaller), "yes")
    assert (state.page, state.matter, effects) == (PageName.DEPARTMENTS, None, [])


def test_keys_mean_what_stands_on_the_page() -> None:
    first = ready()
    assert of_key("2", first) == "department:d1"
    assert of_key("9", first) is None
    assert of_key("a", first) is None
    assert of_key("f3", first) == "mode:alerts"
    finding = after(first, "mode:find")
    assert [of_key(k, finding) for k in ("1", "a", "return", "backspace", "escape", "好")] == [
        "type:1", "type:a", "enter", "erase", "back", None,
    ]  # fmt: skip
    assert of_key("return", given(first)) is None, "a second Enter leaves the number where it is"


# --- properties ---------------------------------------------------------------------------------------

BUTTONS = st.sampled_from(
    [
        *("mode:issue", "mode:find", "mode:alerts", "mode:emergency", "department:d0", "matter:m0-1", "yes", "back"),
        *("next", "written", "void", "reprint", "again", "type:1", "enter", "text:0", "zone:", "zone:a", "sure"),
        *("more", "less", "end:", "handled:staff-call-3", "erase"),
    ]
)
HAPPENS = st.one_of(
    BUTTONS.map(Tapped),
    st.sampled_from(["answer", "answer", "refuse", "doubt", "never"]),
    st.sampled_from(list(Printing)).map(lambda outcome: ("end", outcome)),
    st.sampled_from(list(PrinterStands)).map(PrinterSeen),
    st.booleans().map(lambda here: HubChanged(here=here)),
    st.just(alert("staff-call-3", AlertKind.STAFF_CALL, "3")),
    st.just(Ticked()),
)


class World:
    """What a hub and a printer would say to this desk, and what it must have told them in the end."""

    def __init__(self) -> None:
        self.wishes: list[object] = []
        self.owed: set[str] = set()
        self.printing: list[str] = []
        self.reported: list[str] = []
        self.count = 0

    def saw(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Want):
                assert not self.wishes, "two wishes in flight"
                self.wishes.append(effect.body)
            elif isinstance(effect, Intend):
                self.owed.add(effect.issued.ticket)
            elif isinstance(effect, Print):
                self.printing.append(effect.issued.ticket)
            elif effect.fact.reason != "reprint":
                assert effect.fact.ticket in self.owed, "reported twice or never given out"
                self.owed.remove(effect.fact.ticket)

    def says(self, what: object) -> object | None:
        if isinstance(what, tuple):
            return PrintEnded(self.printing.pop(0), what[1], "x") if self.printing else None
        if not isinstance(what, str):
            return what
        if not self.wishes:
            return None
        wish = self.wishes[0]
        if what == "doubt":
            return Unanswered(wish, settled=False)  # type: ignore[arg-type]
        self.wishes.clear()
        if what == "never":
            return Unanswered(wish, settled=True)  # type: ignore[arg-type]
        if what == "refuse":
            return refused(wish, Refusal.LATE)  # type: ignore[arg-type]
        if isinstance(wish, TakeTicket):
            self.count += 1
            label = f"A{self.count:03}"
            return Answered(wish, issued(label))
        if isinstance(wish, Reprint):
            return Answered(wish, issued(wish.ticket[-4:], reprint=True))
        return Answered(wish, found() if isinstance(wish, Find) else Noted())  # type: ignore[arg-type]


@each(st.booleans(), st.lists(HAPPENS, max_size=60))
def test_every_number_is_reported_once(printer: bool, happens: list[object]) -> None:
    state: GuideDesk = ready(printer=printer)
    world = World()
    mono = 1.0
    for what in happens:
        event = world.says(what)
        if event is None:
            continue
        mono += 1.0
        state, effects = step(state, event, mono)  # type: ignore[arg-type]
        world.saw(effects)
        still = {state.job.issued.ticket} if state.job is not None and state.job.owed else set()
        assert world.owed == still, "what the hub must still hear is what the screen still asks"
    state, effects = step(state, HubChanged(here=True), mono)
    world.saw(effects)
    while world.printing:
        state, effects = step(state, PrintEnded(world.printing.pop(0), Printing.UNKNOWN), mono)
        world.saw(effects)
    state, effects = step(state, Tapped("mode:find"), mono)
    world.saw(effects)
    assert world.owed == set()
