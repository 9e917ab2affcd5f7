"""Any sequence of events: no number is lost, and there are never two wishes at once."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered, Want
from hall.messages import Body, CheckIn, Issued, OpenState, Refusal, Refused, TakeTicket
from hall.model import MOST_MATTERS, Printing
from kiosk.flow import PRINT_LIMIT_S, step
from kiosk.values import BLOCKED, BROWSING, Kiosk, PageName, Print, Report, Tapped, is_first
from slips.values import PRINTS, PrintEnded, PrinterSeen, PrinterStands
from tests.kiosk.made import LANGUAGES, catalogue, generous, issued

HALLS = (generous(3, 2), generous(1, 2), catalogue(12, 9))
CODE = "K7Q2MA"
BUTTONS = (
    *("yes", "back", "home", "more", "less", "reprint", "language:en", "language:zh"),
    *("add", "classes", "ordinary", "class:elder", "class:soldier", "class:booked", "booking", "again"),
    *("type:K", "erase", "clear", "enter"),
    *(f"{kind}:m{i}-0" for kind in ("drop", "matter") for i in range(3)),
    *(f"department:d{i}" for i in range(3)),
    *(f"matter:m{i}-{k}" for i in range(3) for k in range(2)),
)
ENDS = (Printing.ON_PAPER, Printing.UNKNOWN, Printing.VOID)


class AnyDay(RuleBasedStateMachine):
    """The world around a kiosk: visitors, a hub that answers when it likes, a printer that ends slips or not."""

    def __init__(self) -> None:
        super().__init__()
        self.state = Kiosk(languages=LANGUAGES)
        self.mono = 0.0
        self.wish: Body | None = None
        self.count = 0
        self.issued: dict[str, Issued] = {}
        self.at_printer: list[Print] = []
        self.told: dict[str, list[Printing]] = {}

    def happen(self, event: object) -> None:
        self.state, effects = step(self.state, event, self.mono)  # type: ignore[arg-type]
        for effect in effects:
            if isinstance(effect, Want):
                assert self.wish is None, "two wishes at once"
                assert self.state.printer in PRINTS
                self.wish = effect.body
            elif isinstance(effect, Print):
                self.at_printer.append(effect)
            else:
                assert isinstance(effect, Report)
                self.told.setdefault(effect.fact.ticket, []).append(effect.fact.outcome)

    @initialize(well=st.booleans())
    def begin(self, well: bool) -> None:
        if well:
            self.all_is_well()

    @rule(button=st.sampled_from(BUTTONS))
    def tap(self, button: str) -> None:
        self.happen(Tapped(button))

    @rule()
    def walk_to_a_ticket(self) -> None:
        self.all_is_well()
        for button in ("home", "department:d0", "matter:m0-1", "yes"):
            self.happen(Tapped(button))

    @rule(taps=st.lists(st.sampled_from(("add", "classes", *BUTTONS)), max_size=8))
    def walk_on_from_the_confirm_page(self, taps: list[str]) -> None:
        self.all_is_well()
        for button in ("home", "department:d0", "matter:m0-1", *taps):
            self.happen(Tapped(button))

    @rule(more=st.lists(st.sampled_from(("m0-0", "m0-1", "m1-0")), max_size=3), last=st.sampled_from(("yes", "home")))
    def walk_to_a_ticket_for_several(self, more: list[str], last: str) -> None:
        self.all_is_well()
        further = [tap for m in more for tap in ("add", f"department:d{m[1]}", f"matter:{m}")]
        for button in ("home", "department:d0", "matter:m0-1", *further, "classes", "class:elder", last):
            self.happen(Tapped(button))

    @rule(last=st.sampled_from(("enter", "enter", "home", "back")))
    def walk_to_a_check_in(self, last: str) -> None:
        self.all_is_well()
        for button in ("home", "booking", *(f"type:{key}" for key in CODE), last):
            self.happen(Tapped(button))

    @rule(twice=st.booleans())
    def visitor_gets_a_number(self, twice: bool) -> None:
        self.walk_to_a_ticket()
        if self.wish is not None:
            self.hub_answers(refuse=False, twice=twice)

    @rule(seconds=st.sampled_from((0.2, 1.0, 3.0, 12.0, 25.0, 61.0, 130.0)))
    def time_goes_on(self, seconds: float) -> None:
        self.mono += seconds
        self.happen(Ticked())

    @rule(stands=st.sampled_from(PrinterStands))
    def printer_changes(self, stands: PrinterStands) -> None:
        self.happen(PrinterSeen(stands))

    @rule(here=st.booleans())
    def hub_changes(self, here: bool) -> None:
        self.happen(HubChanged(here=here))

    @rule(hall=st.sampled_from(HALLS), taking=st.booleans())
    def hub_tells(self, hall: object, taking: bool) -> None:
        self.happen(Told(hall))  # type: ignore[arg-type]
        self.happen(Told(OpenState(rev=1, day="2026-11-23", taking=taking)))

    @rule()
    def all_is_well(self) -> None:
        self.happen(HubChanged(here=True))
        self.hub_tells(HALLS[0], True)
        self.happen(PrinterSeen(PrinterStands.READY))

    @precondition(lambda self: self.wish is not None)
    @rule(refuse=st.sampled_from((False, False, False, True)), twice=st.booleans())
    def hub_answers(self, refuse: bool, twice: bool) -> None:
        wish, self.wish = self.wish, None
        assert wish is not None
        if refuse:
            code = Refusal.UNKNOWN_BOOKING if isinstance(wish, CheckIn) else Refusal.SERIES_FULL
            self.happen(Answered(wish, Refused(code=code)))
            return
        if isinstance(wish, TakeTicket | CheckIn):
            self.count += 1
            reply = issued(f"A{self.count:03}")
            self.issued[reply.ticket] = reply
        else:
            reply = issued(wish.ticket.partition("/")[2], reprint=True)  # type: ignore[union-attr]
        self.happen(Answered(wish, reply))
        if twice:
            self.happen(Answered(wish, reply))

    @precondition(lambda self: self.wish is not None)
    @rule(settled=st.booleans())
    def no_answer(self, settled: bool) -> None:
        assert self.wish is not None
        wish = self.wish
        if settled:
            self.wish = None
        self.happen(Unanswered(wish, settled=settled))

    @precondition(lambda self: bool(self.at_printer))
    @rule(outcome=st.sampled_from(ENDS))
    def slip_ends(self, outcome: Printing) -> None:
        done = self.at_printer.pop(0)
        self.happen(PrintEnded(done.issued.ticket, outcome))

    @invariant()
    def every_number_is_told_or_at_the_printer(self) -> None:
        printing = {job.issued.ticket for job in self.at_printer}
        for ticket in self.issued:
            assert ticket in self.told or ticket in printing, f"{ticket} is lost"

    @invariant()
    def an_end_is_told_once_except_for_a_late_truth(self) -> None:
        for ticket, outcomes in self.told.items():
            assert outcomes in (
                [outcomes[0]],
                [Printing.UNKNOWN, Printing.ON_PAPER],
            ), f"{ticket}: {outcomes}"

    @invariant()
    def a_page_of_choices_is_shown_only_while_a_ticket_can_be_given(self) -> None:
        state = self.state
        if state.page in BROWSING:
            assert state.hub_here
            assert state.printer in PRINTS
            assert state.opening is not None
            assert state.opening.taking
            assert state.wish is None
        if state.page in BLOCKED:
            assert state.job is None

    @invariant()
    def what_is_asked_is_what_the_hall_has(self) -> None:
        if isinstance(self.wish, TakeTicket):
            wanted = (self.wish.matter, *self.wish.further)
            assert len(set(wanted)) == len(wanted) <= MOST_MATTERS
            assert self.wish.priority in ("", "elder", "soldier")

    @invariant()
    def nothing_of_a_visitor_outlasts_the_visit(self) -> None:
        state = self.state
        if is_first(state) or (state.page in BLOCKED and not state.doubtful):
            assert (state.chosen, state.priority, state.typed) == ((), "", "")
        if state.page in (PageName.PRINTING, PageName.TAKE, PageName.SEE_STAFF, PageName.VOIDED):
            assert state.typed == ""

    @invariant()
    def waiting_pages_wait_for_something(self) -> None:
        if self.state.page is PageName.ASKING:
            assert self.state.wish is not None
        if self.state.page is PageName.PRINTING:
            assert self.state.job is not None

    def teardown(self) -> None:
        self.mono += PRINT_LIMIT_S + 1.0
        self.happen(Ticked())
        assert set(self.issued) == set(self.told), "a number was never told"


AnyDay.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestAnyDay = AnyDay.TestCase
