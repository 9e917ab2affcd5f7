"""Every page of the soft caller by name, as the flow makes it."""

from __future__ import annotations

from functools import cache

from caller.flow import fresh, step
from caller.frame import View
from caller.secret import Secret
from caller.values import Chose, Entered, Event, Origin, Pressed, Settings, State, Stretched, Typed
from hall.happened import Answered, HubChanged, Unanswered
from hall.keymap import Action
from hall.messages import AnyReply, Aside, Done, Hosted, Next, Refusal, Refused, SignIn
from hall.model import DeskState, TicketState
from hall.station.settings import words
from hall.wording import Words
from tests.caller.made import NOW, WINDOW, at, in_hand, window

LANGUAGES = ("zh", "en")
SIZES = ((1024, 600), (800, 480), (1280, 800), (1920, 1080))
PIN = "73915028"
D = DeskState

caller_words = cache(words)


def view(state: State, size: tuple[int, int] = SIZES[0], language: str = "zh", turned: int = 0) -> View:
    """A state as a screen of that size and language shows it."""
    own: Words = caller_words("caller", language)
    refusals = caller_words("refusals", language)
    return View(state=state, now=NOW, size=size, words=own, refusals=refusals, language=language, turned=turned)


def after(state: State, *events: Event) -> State:
    """The state after events."""
    for event in events:
        state, _ = step(state, event, NOW, 1.0)
    return state


def typing(digits: str) -> list[Event]:
    return [Typed(Secret(digit)) for digit in digits]


def _signing_in(reply: AnyReply | None = None) -> State:
    asked = after(at(D.CLOSED), *typing("1024"), Entered(), *typing(PIN), Entered())
    if reply is None:
        return asked
    answer = Answered(SignIn(window=WINDOW, badge="1024", proof=""), reply)
    return after(asked, Stretched("1024", Secret(b"k")), answer)


def every_state() -> dict[str, State]:
    """A state for each page and each thing a page may say."""
    long = in_hand(label="SB1017", paper_unknown=True, matter="civil-5", calls=3)
    transfer = after(at(D.CALLING), Pressed(Action.TRANSFER))
    parts = ("tax-1", "civil-6", "social-3", "social-2")
    joint = in_hand(started=True, joint="social-2", parts=parts, part=2, further=("civil-1", "civil-3"))
    taken_in = in_hand(joint="social-2", parts=parts, paper_unknown=True, label="SB1017")
    set_aside = tuple(
        Aside(label=label, matter="civil-5", since=NOW - 600_000, reason=reason)
        for label, reason in (("A017", "form"), ("SB1020", ""), ("B003", "materials"))
    )
    hosts = tuple(
        Hosted(label=label, joint="social-2", parts=parts, part=part, state=state, window=at_window)
        for label, part, state, at_window in (
            ("A011", 1, TicketState.WAITING, None),
            ("SB1012", 2, TicketState.SERVING, 12),
            ("A014", 4, TicketState.HELD, 3),
            ("A015", 1, TicketState.CALLED, 4),
        )
    )
    return {
        "set-aside": at(D.FREE, aside=set_aside, waiting=12),
        "which-aside": after(at(D.FREE, aside=set_aside), Pressed(Action.TAKE_UP)),
        "why-aside": after(at(D.SERVING), Pressed(Action.HOLD)),
        "joint": at(D.SERVING, in_hand=joint, aside=set_aside[:1], hosted=hosts),
        "joint-taken-in": at(D.CALLING, in_hand=taken_in),
        "hosting": at(D.FREE, hosted=hosts, waiting=0),
        "hosting-paused": at(D.PAUSED, hosted=hosts[:1], aside=set_aside),
        "several-matters": at(D.CALLING, in_hand=in_hand(further=("civil-5", "tax-2"), paper_unknown=True)),
        "starting": fresh(Settings(window=WINDOW)),
        "sign-in": at(D.CLOSED),
        "badge": after(at(D.CLOSED), *typing("123456789012")),
        "pin": after(at(D.CLOSED), *typing("1024"), Entered(), *typing(PIN)),
        "pin-at-keypad": after(at(D.CLOSED), Pressed(Action.SIGN_IN, Secret("101"), Origin.KEYPAD)),
        "checking": _signing_in(),
        "wrong-pin": _signing_in(Refused(code=Refusal.WRONG_BADGE_OR_PIN)),
        "locked": _signing_in(Refused(code=Refusal.BADGE_LOCKED, until=NOW + 900_000)),
        "paused": at(D.PAUSED),
        "free": at(D.FREE),
        "nobody": at(D.FREE, waiting=0),
        "calling": at(D.CALLING),
        "calling-in-doubt": at(D.CALLING, clerk="1024", in_hand=long, waiting=1288),
        "serving": at(D.SERVING),
        "called": after(
            at(D.FREE), Pressed(Action.NEXT), Answered(Next(window=WINDOW), Done(window=window(D.CALLING, rev=11)))
        ),
        "disposition": after(at(D.SERVING), Pressed(Action.NEXT)),
        "miss-reason": after(at(D.CALLING), Pressed(Action.NO_SHOW)),
        "target": transfer,
        "matter": after(transfer, Chose("department civil")),
        "reason": after(transfer, Chose("window 2")),
        "number": after(at(D.FREE), *typing("A12345")),
        "relieve": after(at(D.FREE), Pressed(Action.SIGN_IN)),
        "refused-by-hub": after(
            at(D.FREE), Pressed(Action.NEXT), Answered(Next(window=WINDOW), Refused(code=Refusal.NOBODY_WAITING))
        ),
        "refused-here": after(at(D.SERVING), Pressed(Action.PAUSE)),
        "hub-away": after(at(D.SERVING), HubChanged(False)),
        "withdrawing": after(at(D.FREE), Pressed(Action.NEXT), Unanswered(Next(window=WINDOW), settled=False)),
    }
