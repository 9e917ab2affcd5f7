"""What the manager arranges at the guide desk: a window opened or closed for a while, a clerk's leave. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from guidedesk.choices import rows
from guidedesk.moves import Stepped, asked, turned
from guidedesk.values import GuideDesk, LeavePlan, PageName
from hall.hours import day_of, instant_of
from hall.messages import SetWindow, TakeLeave
from hall.model import Instant

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
BACK = {
    PageName.WINDOW: PageName.ARRANGE,
    PageName.EXTRA_DEPARTMENTS: PageName.WINDOW,
    PageName.EXTRA_MATTERS: PageName.EXTRA_DEPARTMENTS,
    PageName.CLERKS: PageName.ARRANGE,
    PageName.SPANS: PageName.CLERKS,
    PageName.STAND_IN: PageName.SPANS,
}


def at_arrange(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    """A press on the manager's pages."""
    if kind == "back":
        return (turned(state, BACK[state.page], mono) if state.page in BACK else state), ()
    if f"{kind}:{subject}" not in rows(state):
        return state, ()
    match kind:
        case "leave":
            return turned(state, PageName.CLERKS, mono), ()
        case "window":
            return replace(turned(state, PageName.WINDOW, mono), window=int(subject), extra=()), ()
        case "extras":
            return turned(state, PageName.EXTRA_DEPARTMENTS, mono), ()
        case "department":
            return replace(turned(state, PageName.EXTRA_MATTERS, mono), department=subject), ()
        case "extra":
            # A second press takes it off again; the list stays, as one seldom comes alone.
            had = subject in state.extra
            rest = tuple(matter for matter in state.extra if matter != subject)
            return replace(state, extra=rest if had else (*rest, subject)), ()
        case "open" | "close" | "plan":
            assert state.window is not None
            minutes = float(subject or 0)
            more = state.extra if kind == "open" else ()
            wish = SetWindow(number=state.window, minutes=minutes, closed=kind == "close", matters=more)
            return asked(state, wish, mono)
        case "away":
            return replace(turned(state, PageName.SPANS, mono), leave=LeavePlan(badge=subject)), ()
    if state.leave is None:
        return state, ()
    if kind == "span":
        times = span(subject, state.now, state.catalogue.utc_offset if state.catalogue else "+08:00")
        if times is None:
            return state, ()
        leave = replace(state.leave, begins=times[0], ends=times[1], span=subject)
        return replace(turned(state, PageName.STAND_IN, mono), leave=leave), ()
    leave = state.leave
    return asked(state, TakeLeave(badge=leave.badge, begins=leave.begins, ends=leave.ends, stand_in=subject), mono)


def span(name: str, now: Instant | None, utc_offset: str) -> tuple[Instant, Instant] | None:
    """Beginning and end of one of SPANS; None before the hub's time is known."""
    if now is None:
        return None
    today, tomorrow = (instant_of(utc_offset, day_of(utc_offset, now + n * DAY_MS), "00:00") for n in (0, 1))
    return {
        "hour": (now, now + 60 * MINUTE_MS),
        "two_hours": (now, now + 120 * MINUTE_MS),
        "afternoon": (max(now, today + DAY_MS // 2), tomorrow),
        "today": (now, tomorrow),
        "tomorrow": (tomorrow, tomorrow + DAY_MS),
        "two_days": (tomorrow, tomorrow + 2 * DAY_MS),
    }[name]
