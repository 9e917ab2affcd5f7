"""Giving out a number: the matter and more of them, the class, the window or clerk that is asked for. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from guidedesk.choices import may_add, rows
from guidedesk.moves import Stepped, asked, turned
from guidedesk.values import MAX_CODE, NO_ORDER, GuideDesk, PageName
from hall.messages import CheckIn, TakeTicket

BACK = {
    PageName.MATTERS: PageName.DEPARTMENTS,
    PageName.CONFIRM: PageName.MATTERS,
    PageName.CLASSES: PageName.CONFIRM,
    PageName.WHO: PageName.CONFIRM,
}


def at_issue(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    """A press on the pages before a number is given out."""
    if kind == "back":
        return _back(state, mono), ()
    if state.page is PageName.CONFIRM:
        return _at_confirm(state, kind, mono)
    if f"{kind}:{subject}" not in rows(state):
        return state, ()
    if kind == "department":
        return replace(turned(state, PageName.MATTERS, mono), department=subject), ()
    order = state.order
    if kind == "class":
        order = replace(order, priority=subject)
    elif kind == "who":
        window = int(subject[1:]) if subject.startswith("#") else None
        order = replace(order, for_window=window, for_clerk=subject[1:] if subject.startswith("@") else None)
    elif state.is_adding:
        order = replace(order, further=(*order.further, subject))
    else:
        return replace(turned(state, PageName.CONFIRM, mono), matter=subject, order=NO_ORDER), ()
    return replace(turned(state, PageName.CONFIRM, mono), order=order, is_adding=False), ()


def _at_confirm(state: GuideDesk, kind: str, mono: float) -> Stepped:
    if state.matter is None:
        return state, ()
    order = state.order
    if kind == "yes":
        wish = TakeTicket(
            matter=state.matter,
            priority=order.priority,
            for_window=order.for_window,
            for_clerk=order.for_clerk,
            further=order.further,
        )
        return asked(state, wish, mono)
    if kind == "classes" and state.catalogue is not None and state.catalogue.priorities:
        return turned(state, PageName.CLASSES, mono), ()
    if kind == "add" and may_add(state):
        return replace(turned(state, PageName.DEPARTMENTS, mono), is_adding=True), ()
    if kind == "who":
        return turned(state, PageName.WHO, mono), ()
    return state, ()


def _back(state: GuideDesk, mono: float) -> GuideDesk:
    """One page back; out of a second matter to what was chosen before."""
    if state.is_adding and state.page is PageName.DEPARTMENTS:
        return replace(turned(state, PageName.CONFIRM, mono), is_adding=False)
    to = BACK.get(state.page)
    if to is None:
        return state
    if state.page is PageName.CONFIRM:
        matters = state.catalogue.matters if state.catalogue else ()
        department = next((m.department for m in matters if m.id == state.matter), None)
        return replace(turned(state, to, mono), matter=None, order=NO_ORDER, department=department)
    return turned(state, to, mono)


def at_code(state: GuideDesk, kind: str, subject: str, mono: float) -> Stepped:
    """A press where a booking's code is typed."""
    if kind == "back":
        return replace(state, typed=""), ()
    if kind == "type" and len(subject) == 1 and subject.isascii() and subject.isalnum():
        return replace(state, typed=(state.typed + subject.upper())[:MAX_CODE]), ()
    if kind == "erase":
        return replace(state, typed=state.typed[:-1]), ()
    if kind == "enter" and state.typed:
        return asked(state, CheckIn(code=state.typed), mono)
    return state, ()
