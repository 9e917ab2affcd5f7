"""联办 on the soft caller: the steps of the number in hand, and where those stand that this window hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caller.frame import View
from hall.messages import Hosted
from hall.model import MatterId, TicketState
from screen.colours import BLUE, GREEN, INK, LINE, PALE_BLUE, PALE_GREEN, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import Item, Panel, Shape, Sign, Text

MOST_STEPS = 5  # side by side; of more, those around the present one
MOST_ROWS = 3
WITH_PLACE = (TicketState.CALLED, TicketState.SERVING, TicketState.HELD)


def steps(view: View, joint: MatterId, parts: Sequence[MatterId], part: int, box: Box) -> Iterator[Item]:
    """All steps in a row: what is done has a tick, the present one is dark. `part` 0: it is being taken in."""
    names = [
        view.words("joint.taken_in"),
        *(view.words("joint.ended") if p == joint else view.matter(p) for p in parts),
    ]
    first = max(0, min(part - MOST_STEPS // 2, len(names) - MOST_STEPS))
    shown = list(enumerate(names))[first : first + MOST_STEPS]
    for (n, name), place in zip(shown, box.columns(len(shown), view.px(8)), strict=True):
        fill, edge, ink = (
            (BLUE, BLUE, WHITE) if n == part else (PALE_GREEN, GREEN, GREEN) if n < part else (WHITE, LINE, SOFT_INK)
        )
        yield Panel(place, fill, edge, view.px(8))
        inner = place.inset(view.px(8), view.px(4))
        if n < part:
            sign, inner = inner.left(view.px(20), view.px(4))
            yield Sign(Shape.TICK, sign.middle(view.px(18), view.px(18)), GREEN)
        words = view.words("joint.step", n=n + 1, name=name)
        yield Text(words, inner, view.px(20), ink, bold=n == part, least=12)


def hosted(view: View, tickets: Sequence[Hosted], box: Box) -> Iterator[Item]:
    """The numbers that this window hosts, first come first: at which step each is, and where."""
    title, rest = box.top(view.px(38), view.px(6))
    yield Text(view.words("joint.hosted", count=len(tickets)), title, view.px(26), BLUE, bold=True)
    for one, place in zip(tickets[:MOST_ROWS], rest.rows(MOST_ROWS, view.px(5)), strict=False):
        yield Panel(place, PALE_BLUE, None, view.px(6))
        label, told = place.inset(view.px(10), view.px(2)).left(view.px(96), view.px(8))
        yield Text(one.label, label, view.px(24), BLUE, bold=True, least=view.px(14))
        yield Text(_stands(view, one), told, view.px(22), INK, least=12)


def _stands(view: View, one: Hosted) -> str:
    at = one.parts[one.part - 1]
    name = view.words("joint.ended") if at == one.joint else view.matter(at)
    there = one.window is not None and one.state in WITH_PLACE
    where = view.words(f"joint.at_{one.state}" if there else "joint.waits", number=one.window or "")
    return view.words("joint.stands", done=one.part, count=len(one.parts) + 1, name=name, where=where)
