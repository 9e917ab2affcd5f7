"""What a visitor may choose beside the matter: a class of 绿色通道, more matters, a booking."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hall.happened import Answered, Ticked, Told, Unanswered, Want
from hall.messages import CheckIn, ListedPriority, Refusal, Refused, TakeTicket
from hall.model import BOOKING_CODE, MOST_MATTERS, Printing
from kiosk.flow import IDLE_S, step
from kiosk.screen import page_of
from kiosk.values import Kiosk, PageName, Tapped, matters
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from tests.kiosk.made import (
    CLASSES,
    TO_BOOKING,
    TO_CONFIRM,
    added,
    after,
    catalogue,
    generous,
    issued,
    kiosk_words,
    ready,
)

CODE = "K7Q2MA9X"
TO_CLASSES = (*TO_CONFIRM, Tapped("classes"))


def buttons(state: Kiosk) -> set[str]:
    """What can be pressed."""
    return {b.id for b in page_of(state, kiosk_words(), kiosk_words("refusals"), (1080, 1920)).buttons()}


def asked(state: Kiosk) -> object:
    """The wish that “yes” becomes."""
    _, (effect,) = step(state, Tapped("yes"), 2.0)
    assert isinstance(effect, Want)
    return effect.body


# --- the way of those who want nothing special ---


def test_one_matter_without_a_class_takes_the_same_three_touches_in_every_hall() -> None:
    for hall in (catalogue(), generous()):
        assert asked(after(ready(hall), *TO_CONFIRM)) == TakeTicket(matter="m0-1")


def test_a_hall_without_classes_bookings_or_further_matters_shows_nothing_of_them() -> None:
    only_desk = tuple(replace(p, at_kiosk=False) for p in CLASSES)
    for hall in (catalogue(), catalogue(priorities=only_desk)):
        shown = buttons(after(ready(hall), *TO_CONFIRM)) | buttons(ready(hall))
        assert not {"classes", "add", "booking"} & shown
        for tap in ("classes", "add", "booking"):
            for state in (ready(hall), after(ready(hall), *TO_CONFIRM)):
                assert after(state, Tapped(tap)).page is state.page


# --- classes ---


def test_only_classes_for_the_kiosk_are_offered_and_ordinary_is_what_stands_there_first() -> None:
    state = after(ready(generous()), *TO_CLASSES)
    assert (state.page, state.priority) == (PageName.PRIORITY, "")
    assert buttons(state) >= {"ordinary", "class:elder", "class:soldier", "back"}
    assert "class:booked" not in buttons(state)
    assert after(state, Tapped("class:booked")) == replace(state, since=1.0)


def test_a_class_is_asked_for_with_the_matter_and_may_be_taken_back() -> None:
    state = after(ready(generous()), *TO_CLASSES, Tapped("class:elder"))
    assert state.page is PageName.CONFIRM
    assert asked(state) == TakeTicket(matter="m0-1", priority="elder")
    assert asked(after(state, Tapped("classes"), Tapped("back"))) == TakeTicket(matter="m0-1", priority="elder")
    assert asked(after(state, Tapped("classes"), Tapped("ordinary"))) == TakeTicket(matter="m0-1")


def test_the_next_visitor_begins_without_a_class() -> None:
    state = after(ready(generous()), *TO_CLASSES, Tapped("class:elder"))
    idle = after(state, Ticked(), mono=1.0 + IDLE_S)
    assert (idle.page, idle.priority, idle.chosen) == (PageName.DEPARTMENTS, "", ())
    stopped = after(state, PrinterSeen(PrinterStands.PAPER_OUT), PrinterSeen(PrinterStands.READY))
    assert (stopped.page, stopped.priority, stopped.chosen) == (PageName.DEPARTMENTS, "", ())


def test_a_class_that_the_hall_takes_away_sends_home() -> None:
    state = after(ready(generous()), *TO_CLASSES, Tapped("class:elder"))
    assert after(state, Told(generous(priorities=CLASSES[1:]))).page is PageName.DEPARTMENTS
    assert after(state, Told(generous())) == state
    assert after(ready(generous()), *TO_CLASSES, Told(catalogue())).page is PageName.DEPARTMENTS


def test_more_classes_than_a_leaf_holds_are_leafed_through() -> None:
    many = tuple(ListedPriority(id=f"c{i}", name=f"类别{i}", basis="示例", at_kiosk=True) for i in range(9))
    state = after(ready(generous(priorities=many), per_leaf=6), *TO_CLASSES)
    assert "class:c8" not in buttons(state)
    assert after(state, Tapped("more"), Tapped("class:c8")).priority == "c8"


# --- several matters ---


def test_further_matters_are_asked_for_in_the_order_chosen() -> None:
    state = after(ready(generous()), *TO_CONFIRM, *added("m3-2", "m1-0"))
    assert asked(state) == TakeTicket(matter="m0-1", further=("m3-2", "m1-0"))


def test_a_matter_is_chosen_once_and_taken_off_again_but_never_the_last() -> None:
    state = after(ready(generous()), *TO_CONFIRM, Tapped("add"), Tapped("department:d0"))
    assert "m0-1" not in [m.id for m in matters(state)]
    assert after(state, Tapped("matter:m0-1")) == replace(state, since=1.0)
    state = after(state, Tapped("matter:m0-3"), Tapped("drop:m0-1"))
    assert asked(state) == TakeTicket(matter="m0-3")
    assert after(state, Tapped("drop:m0-3")).chosen == ("m0-3",)


def test_no_more_than_the_hall_allows() -> None:
    five = added("m0-2", "m0-3", "m0-4", "m0-5")
    full = after(ready(generous()), *TO_CONFIRM, *five)
    assert len(full.chosen) == MOST_MATTERS
    assert "add" not in buttons(full)
    assert after(full, Tapped("add")).page is PageName.CONFIRM
    assert len(after(ready(generous(matters_at_kiosk=2)), *TO_CONFIRM, *five).chosen) == 2
    assert len(after(ready(generous(matters_at_kiosk=1)), *TO_CONFIRM, *five).chosen) == 1


def test_a_hall_whose_only_matter_is_chosen_offers_no_more() -> None:
    state = after(ready(generous(1, 1)), Tapped("matter:m0-0"))
    assert state.page is PageName.CONFIRM
    assert "add" not in buttons(state)


@pytest.mark.parametrize("departments", [1, 4])
def test_the_ways_back(departments: int) -> None:
    state = after(ready(generous(departments)), *TO_CONFIRM)
    back = after(state, Tapped("back"))
    assert (back.page, back.chosen, back.department) == (PageName.MATTERS, (), "d0")
    adding = after(state, Tapped("add"))
    assert adding.page is (PageName.MATTERS if departments == 1 else PageName.DEPARTMENTS)
    assert after(adding, Tapped("back")) == replace(state, department=adding.department)
    two = after(state, *added("m0-4"))
    back = after(two, Tapped("back"))
    assert (back.page, back.chosen) == (PageName.MATTERS, ("m0-1",))


def test_while_more_is_looked_for_no_slip_is_reprinted_and_no_booking_typed() -> None:
    done = PrintEnded(issued().ticket, Printing.ON_PAPER)
    taken = after(ready(generous()), *TO_CONFIRM, Tapped("yes"), Answered(TakeTicket(matter="m0-1"), issued()), done)
    home = after(taken, Tapped("home"))
    assert {"reprint", "booking"} <= buttons(home)
    adding = after(home, *TO_CONFIRM, Tapped("add"))
    assert not {"reprint", "booking"} & buttons(adding)
    for tap in ("reprint", "booking"):
        assert step(adding, Tapped(tap), 1.0) == (adding, ())


# --- a booking ---


def typing(code: str) -> Kiosk:
    return after(ready(generous()), Tapped("booking"), *(Tapped(f"type:{key}") for key in code))


def test_a_code_is_typed_and_checked_in() -> None:
    state = after(ready(generous()), *TO_BOOKING)
    assert (state.page, state.typed) == (PageName.BOOKING, CODE)
    state, effects = step(state, Tapped("enter"), 2.0)
    assert (state.page, effects) == (PageName.ASKING, (Want(CheckIn(code=CODE)),))
    state = after(state, Answered(CheckIn(code=CODE), issued(priority="booked")))
    assert (state.page, state.typed) == (PageName.PRINTING, "")


def test_a_code_has_as_many_characters_as_the_hub_takes() -> None:
    short, longest = typing("K" * (BOOKING_CODE.start - 1)), typing("K" * 60)
    assert step(short, Tapped("enter"), 1.0) == (short, ())
    assert "enter" not in buttons(short)
    assert "enter" in buttons(typing("K" * BOOKING_CODE.start))
    assert len(longest.typed) == BOOKING_CODE.stop - 1


def test_every_key_types_what_stands_on_it_and_nothing_else_is_typed() -> None:
    state = typing("")
    keys = {b.removeprefix("type:") for b in buttons(state) if b.startswith("type:")}
    assert keys == set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for key in keys:
        assert after(state, Tapped(f"type:{key}")).typed == key
    for other in ("k", "-", "", "AB", "Ａ", "\n"):
        assert after(state, Tapped(f"type:{other}")).typed == ""


def test_one_character_or_all_are_taken_back_and_leaving_leaves_nothing() -> None:
    state = typing("K7Q2")
    assert after(state, Tapped("erase")).typed == "K7Q"
    assert after(state, Tapped("clear")).typed == ""
    for left in (
        after(state, Tapped("back")),
        after(state, Tapped("home")),
        after(state, Ticked(), mono=1.0 + IDLE_S),
        after(state, PrinterSeen(PrinterStands.PAPER_OUT)),
        after(state, Told(catalogue())),
    ):
        assert left.typed == ""
        assert left.page is not PageName.BOOKING


def refused(code: Refusal, detail: str = "") -> Kiosk:
    checking_in = after(ready(generous()), *TO_BOOKING, Tapped("enter"))
    return after(checking_in, Answered(CheckIn(code=CODE), Refused(code=code, detail=detail)))


def test_a_code_that_is_not_known_may_be_put_right() -> None:
    state = refused(Refusal.UNKNOWN_BOOKING)
    assert "again" in buttons(state)
    again = after(state, Tapped("again"))
    assert (again.page, again.typed, again.refused) == (PageName.BOOKING, CODE, None)
    assert after(state, Tapped("home")).typed == ""


@pytest.mark.parametrize("code", [Refusal.TOO_EARLY, Refusal.TOO_LATE, Refusal.BOOKED_ALREADY, Refusal.HALL_CLOSED])
def test_a_booking_that_cannot_be_used_now_is_not_typed_again(code: Refusal) -> None:
    state = refused(code, "A017")
    assert (state.typed, "again" in buttons(state)) == ("", False)
    assert after(state, Tapped("again")) == replace(state, since=1.0)


def test_a_check_in_without_an_answer_is_withdrawn_and_may_be_asked_again() -> None:
    state = after(ready(generous()), *TO_BOOKING, Tapped("enter"), Unanswered(CheckIn(code=CODE), settled=False))
    assert state.page is PageName.HUB_AWAY
    never = after(state, Unanswered(CheckIn(code=CODE), settled=True))
    assert (never.page, "again" in buttons(never)) == (PageName.REFUSED, True)
    stands = after(state, Answered(CheckIn(code=CODE), issued(priority="booked")))
    assert (stands.page, stands.typed) == (PageName.PRINTING, "")
    ticket = after(ready(generous()), *TO_CONFIRM, Tapped("yes"), Unanswered(TakeTicket(matter="m0-1"), settled=True))
    assert (ticket.page, "again" in buttons(ticket)) == (PageName.REFUSED, False)
