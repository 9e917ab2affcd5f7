"""The kiosk's flow: pages, wishes and what becomes of each number."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.messages import OpenState, Printed, Refusal, Refused, Reprint, TakeTicket
from hall.model import Printing
from kiosk.flow import IDLE_S, PRINT_LIMIT_S, REFUSED_S, START_S, TAKE_S, step
from kiosk.values import Kiosk, PageName, Print, Report, Tapped
from slips.values import PrintEnded, PrinterSeen, PrinterStands
from tests.kiosk.made import (
    ASK,
    ISSUED,
    TO_CONFIRM,
    after,
    catalogue,
    every_page,
    in_language,
    issued,
    ready,
)

WISH = TakeTicket(matter="m0-1")
TICKET = issued().ticket
ON_PAPER = PrintEnded(TICKET, Printing.ON_PAPER)
UNKNOWN = PrintEnded(TICKET, Printing.UNKNOWN, "no_answer")
VOID = PrintEnded(TICKET, Printing.VOID, "paper_out")


def test_every_page_is_among_the_states_the_tests_draw() -> None:
    assert {state.page for state in every_page().values()} == set(PageName)


def test_department_matter_confirm_ask() -> None:
    state = ready()
    assert state.page is PageName.DEPARTMENTS
    state = after(state, Tapped("department:d0"))
    assert (state.page, state.department) == (PageName.MATTERS, "d0")
    state = after(state, Tapped("matter:m0-1"))
    assert (state.page, state.chosen) == (PageName.CONFIRM, ("m0-1",))
    state, effects = step(state, Tapped("yes"), 1.0)
    assert (state.page, effects) == (PageName.ASKING, (Want(WISH),))


def test_an_issued_number_is_printed_in_the_visitors_language_and_then_reported() -> None:
    asked = after(ready(), Tapped("language:en"), *ASK)
    state, effects = step(asked, Answered(WISH, issued()), 2.0)
    assert (state.page, effects) == (PageName.PRINTING, (Print(issued(), "en"),))
    state, effects = step(state, ON_PAPER, 3.0)
    assert effects == (Report(Printed(ticket=TICKET, outcome=Printing.ON_PAPER)),)
    assert state.page is PageName.TAKE
    assert after(state, Ticked(), mono=3.0 + TAKE_S - 0.1).page is PageName.TAKE
    home = after(state, Ticked(), mono=3.0 + TAKE_S)
    assert (home.page, home.language) == (PageName.DEPARTMENTS, "zh")


@pytest.mark.parametrize(
    ("ended", "page", "outcome"),
    [
        (ON_PAPER, PageName.TAKE, Printing.ON_PAPER),
        (UNKNOWN, PageName.SEE_STAFF, Printing.UNKNOWN),
        (VOID, PageName.VOIDED, Printing.VOID),
    ],
)
def test_each_end_of_a_slip_has_its_page_and_its_report(ended: PrintEnded, page: PageName, outcome: Printing) -> None:
    state, effects = step(after(ready(), *ISSUED), ended, 2.0)
    assert state.page is page
    assert effects == (Report(Printed(ticket=TICKET, outcome=outcome, reason=ended.cause)),)


def test_a_printer_thread_that_never_answers_leaves_the_number_unknown() -> None:
    state = after(ready(), *ISSUED, mono=1.0)
    state, effects = step(state, Ticked(), 1.0 + PRINT_LIMIT_S)
    assert state.page is PageName.SEE_STAFF
    assert effects == (Report(Printed(ticket=TICKET, outcome=Printing.UNKNOWN, reason="driver_silent")),)
    state, effects = step(state, ON_PAPER, 2.0 + PRINT_LIMIT_S)  # it comes out after all
    assert effects == (Report(Printed(ticket=TICKET, outcome=Printing.ON_PAPER)),)
    assert step(state, ON_PAPER, 3.0 + PRINT_LIMIT_S)[1] == ()


def test_the_same_answer_twice_prints_once() -> None:
    for state in (after(ready(), *ISSUED), after(ready(), *ISSUED, ON_PAPER)):
        assert step(state, Answered(WISH, issued()), 2.0) == (state, ())


def test_a_second_press_makes_no_second_wish() -> None:
    state = after(ready(), *ASK)
    for tap in ("yes", "back", "home", "reprint", "department:d1"):
        assert step(state, Tapped(tap), 2.0)[1] == ()


@pytest.mark.parametrize(
    ("event", "page"),
    [
        (HubChanged(here=False), PageName.HUB_AWAY),
        (PrinterSeen(PrinterStands.PAPER_OUT), PageName.PAPER_OUT),
        (PrinterSeen(PrinterStands.COVER_OPEN), PageName.COVER_OPEN),
        (PrinterSeen(PrinterStands.FAULT), PageName.PRINTER_FAULT),
        (PrinterSeen(PrinterStands.SILENT), PageName.PRINTER_SILENT),
        (Told(OpenState(rev=2, day="2026-11-23", taking=False, reason="lunch")), PageName.CLOSED),
    ],
)
def test_what_stops_tickets_replaces_choosing_and_ends_by_itself(event: object, page: PageName) -> None:
    back = {
        PageName.HUB_AWAY: HubChanged(here=True),
        PageName.CLOSED: Told(OpenState(rev=3, day="2026-11-23", taking=True)),
    }.get(page, PrinterSeen(PrinterStands.PAPER_LOW))
    for before in (ready(), after(ready(), Tapped("department:d0")), after(ready(), *TO_CONFIRM)):
        state = after(before, event)
        assert state.page is page
        assert step(state, Tapped("yes"), 2.0)[1] == ()
        assert after(state, back).page is PageName.DEPARTMENTS
    # nobody is sent away who waits for a slip
    assert after(ready(), *ISSUED, event).page is PageName.PRINTING


def test_no_ticket_is_offered_before_hub_catalogue_hours_and_printer_are_known() -> None:
    known = (
        HubChanged(here=True),
        Told(catalogue()),
        Told(OpenState(rev=1, day="2026-11-23", taking=True)),
        PrinterSeen(PrinterStands.READY),
    )
    for missing in range(4):
        events = [event for i, event in enumerate(known) if i != missing]
        assert after(Kiosk(), *events, mono=0.5).page is PageName.STARTING
    assert after(Kiosk(), *known, mono=0.5).page is PageName.DEPARTMENTS


def test_a_hub_never_heard_counts_as_away() -> None:
    assert after(Kiosk(), Ticked(), mono=START_S - 0.1).page is PageName.STARTING
    assert after(Kiosk(), HubChanged(here=False), mono=0.1).page is PageName.STARTING
    assert after(Kiosk(), Ticked(), mono=START_S).page is PageName.HUB_AWAY


def test_a_wish_given_up_blocks_until_the_hub_says_what_became_of_it() -> None:
    state = after(ready(), *ASK, Unanswered(WISH, settled=False))
    assert (state.page, state.doubtful) == (PageName.HUB_AWAY, True)
    assert after(state, Ticked(), mono=100.0).page is PageName.HUB_AWAY
    never = after(state, Unanswered(WISH, settled=True))
    assert (never.page, never.refused) == (PageName.REFUSED, Refused(code=Refusal.LATE))
    stands, effects = step(state, Answered(WISH, issued()), 9.0)
    assert (stands.page, effects) == (PageName.PRINTING, (Print(issued(), "zh"),))


def test_a_refusal_is_told_and_goes_away() -> None:
    state = after(ready(), *ASK, Answered(WISH, Refused(code=Refusal.SERIES_FULL)), mono=5.0)
    assert state.page is PageName.REFUSED
    assert after(state, Ticked(), mono=5.0 + REFUSED_S).page is PageName.DEPARTMENTS
    assert after(state, Tapped("home"), mono=6.0).page is PageName.DEPARTMENTS


@pytest.mark.parametrize("taps", [("department:d0",), ("department:d0", "matter:m0-1"), ("language:en",)])
def test_home_after_idling_in_the_halls_language(taps: tuple[str, ...]) -> None:
    state = after(ready(), *map(Tapped, taps), mono=1.0)
    assert after(state, Ticked(), mono=1.0 + IDLE_S - 0.1) == state
    assert after(state, Ticked(), mono=1.0 + IDLE_S) == replace(ready(), since=1.0 + IDLE_S)


def test_reprint_is_offered_on_the_take_page_and_at_home_for_as_long_as_the_hall_allows() -> None:
    taken = after(ready(), *ISSUED, ON_PAPER, mono=1.0)
    assert taken.can_reprint
    home = after(taken, Tapped("home"), mono=2.0)
    assert home.can_reprint
    state, effects = step(home, Tapped("reprint"), 3.0)
    assert effects == (Want(Reprint(ticket=TICKET)),)
    again = issued(reprint=True)
    state, effects = step(state, Answered(Reprint(ticket=TICKET), again), 3.5)
    assert effects == (Print(again, "zh"),)
    state, effects = step(state, ON_PAPER, 4.0)
    assert (state.page, effects) == (PageName.TAKE, ())  # its paper was told already
    late = after(home, Ticked(), mono=62.0)
    assert not late.can_reprint
    assert step(late, Tapped("reprint"), 62.0)[1] == ()


def test_a_reprint_settles_an_unknown_number() -> None:
    state = after(ready(), *ISSUED, UNKNOWN, Tapped("reprint"))
    state = after(state, Answered(Reprint(ticket=TICKET), issued(reprint=True)))
    _, effects = step(state, ON_PAPER, 2.0)
    assert effects == (Report(Printed(ticket=TICKET, outcome=Printing.ON_PAPER)),)


def test_a_reprint_that_fails_leaves_the_number_standing() -> None:
    state = after(ready(), *ISSUED, ON_PAPER, Tapped("reprint"))
    state = after(state, Answered(Reprint(ticket=TICKET), issued(reprint=True)))
    state, effects = step(state, VOID, 2.0)
    assert (state.page, effects) == (PageName.SEE_STAFF, ())


def test_a_void_number_is_not_reprinted() -> None:
    state = after(ready(), *ISSUED, VOID)
    assert not state.can_reprint


def test_many_choices_are_leafed_through() -> None:
    state = ready(catalogue(20, 3), per_leaf=8)
    assert after(state, Tapped("less")) == replace(state, since=1.0)
    last = after(state, *[Tapped("more")] * 9)
    assert last.leaf == 2
    assert after(last, Tapped("less")).leaf == 1
    assert after(last, Tapped("department:d19")).leaf == 0


def test_a_hall_with_one_department_begins_with_its_matters() -> None:
    state = ready(catalogue(1, 3))
    assert (state.page, state.department) == (PageName.MATTERS, "d0")
    assert after(state, Tapped("back")).page is PageName.MATTERS


def test_a_matter_that_vanishes_from_the_catalogue_is_not_asked_for() -> None:
    state = after(ready(), Tapped("department:d3"), Tapped("matter:m3-5"))
    state = after(state, Told(catalogue(2, 2)))
    assert state.page is PageName.DEPARTMENTS
    assert step(state, Tapped("yes"), 2.0)[1] == ()


def test_buttons_of_other_pages_and_of_nobody_do_nothing() -> None:
    for state in every_page().values():
        for tap in ("", ":", "matter:", "department:nowhere", "language:xx", "\u0000", "yes:yes"):
            after_tap, effects = step(state, Tapped(tap), state.since)
            if not (tap.startswith("yes") and state.page is PageName.CONFIRM):
                assert (after_tap, effects) == (state, ())


def test_the_language_changes_and_stays_through_the_pages() -> None:
    state = after(in_language(ready(), "en"), *TO_CONFIRM)
    assert (state.page, state.language) == (PageName.CONFIRM, "en")
