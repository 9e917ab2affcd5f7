"""What a press on a page of choices does, pure: the page after it, and what the hub is to be asked.

departments → matters → confirm ⇄ priority        departments → booking
     ↑                     │ one more matter
     └─────────────────────┘
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from hall.messages import CheckIn, TakeTicket
from hall.model import BOOKING_CODE
from kiosk.values import (
    DIGITS,
    LETTERS,
    Kiosk,
    PageName,
    chosen_matters,
    departments,
    is_code,
    leaves,
    matters,
    may_add,
    may_check_in,
    priorities,
)
from kiosk.ways import first, home, turned

Pressed: TypeAlias = tuple[Kiosk, TakeTicket | CheckIn | None]
MOST_TYPED = BOOKING_CODE.stop - 1


def press(state: Kiosk, button: str, mono: float) -> Pressed:
    """The state after a press on a page of choices. The wish, if there is one, has still to be asked."""
    kind, _, subject = button.partition(":")
    if kind == "home":
        return home(state, mono), None
    if kind == "more" and state.leaf + 1 < leaves(state):
        return replace(state, leaf=state.leaf + 1), None
    if kind == "less" and state.leaf > 0:
        return replace(state, leaf=state.leaf - 1), None
    return _PRESSES[state.page](state, kind, subject, mono)


def check_in(state: Kiosk, code: str) -> Pressed:
    """One who has booked: the code as it was typed. Any other way to read one ends here too."""
    return replace(state, typed=code), CheckIn(code=code)


def _at_departments(state: Kiosk, kind: str, subject: str, mono: float) -> Pressed:
    if kind == "department" and any(subject == d.id for d in departments(state)):
        return replace(turned(state, PageName.MATTERS, mono), department=subject), None
    if kind == "back" and state.chosen:
        return turned(state, PageName.CONFIRM, mono), None
    return _at_first(state, kind, mono)


def _at_matters(state: Kiosk, kind: str, subject: str, mono: float) -> Pressed:
    if kind == "matter" and any(subject == m.id for m in matters(state)):
        return replace(turned(state, PageName.CONFIRM, mono), chosen=(*state.chosen, subject)), None
    if kind == "back" and len(departments(state)) > 1:
        return replace(turned(state, PageName.DEPARTMENTS, mono), department=None), None
    if kind == "back" and state.chosen:
        return turned(state, PageName.CONFIRM, mono), None
    return _at_first(state, kind, mono)


def _at_first(state: Kiosk, kind: str, mono: float) -> Pressed:
    if kind == "booking" and may_check_in(state):
        return turned(state, PageName.BOOKING, mono), None
    return state, None


def _at_confirm(state: Kiosk, kind: str, subject: str, mono: float) -> Pressed:
    if kind == "yes" and not subject:
        matter, *further = state.chosen
        return state, TakeTicket(matter=matter, priority=state.priority, further=tuple(further))
    if kind == "add" and may_add(state):
        return first(state, mono), None
    if kind == "drop" and subject in state.chosen and len(state.chosen) > 1:
        return replace(state, chosen=tuple(matter for matter in state.chosen if matter != subject)), None
    if kind == "classes" and priorities(state):
        return turned(state, PageName.PRIORITY, mono), None
    if kind == "back":  # to where the last matter was chosen
        last = chosen_matters(state)[-1]
        there = replace(turned(state, PageName.MATTERS, mono), department=last.department)
        return replace(there, chosen=state.chosen[:-1]), None
    return state, None


def _at_priority(state: Kiosk, kind: str, subject: str, mono: float) -> Pressed:
    if kind == "ordinary" or (kind == "class" and any(subject == p.id for p in priorities(state))):
        return replace(turned(state, PageName.CONFIRM, mono), priority=subject), None
    if kind == "back":
        return turned(state, PageName.CONFIRM, mono), None
    return state, None


def _at_booking(state: Kiosk, kind: str, subject: str, mono: float) -> Pressed:
    if kind == "type" and len(subject) == 1 and subject in DIGITS + LETTERS:
        return replace(state, typed=(state.typed + subject)[:MOST_TYPED]), None
    if kind == "erase":
        return replace(state, typed=state.typed[:-1]), None
    if kind == "clear":
        return replace(state, typed=""), None
    if kind == "enter" and is_code(state):
        return check_in(state, state.typed)
    if kind == "back":
        return first(replace(state, typed=""), mono), None
    return state, None


_PRESSES: Mapping[PageName, Callable[[Kiosk, str, str, float], Pressed]] = {
    PageName.DEPARTMENTS: _at_departments,
    PageName.MATTERS: _at_matters,
    PageName.CONFIRM: _at_confirm,
    PageName.PRIORITY: _at_priority,
    PageName.BOOKING: _at_booking,
}
