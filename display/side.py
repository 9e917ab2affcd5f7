"""Beside the tickets: who waits where, which windows pause, 办件公示. Pure; long lists turn page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from display.frame import BODY, CARD, EDGE, MINT, NAVY, ORANGE, PALE, SMALL, View
from display.values import Board, Case, CaseStage, Waiting
from screen.colours import WHITE, Colour
from screen.layout import Box
from screen.page import Align, Item, Panel, Shape, Sign, Text

T = TypeVar("T")
TITLE_H: Final = 68
WAITING_H: Final = 56
CASE_H: Final = 92
CASE_ROWS: Final = 2  # upright one, two side by side
PAUSED_H: Final = 82

STAGES: Final[dict[CaseStage, Colour]] = {
    CaseStage.RECEIVED: PALE,
    CaseStage.IN_HAND: WHITE,
    CaseStage.DONE: MINT,
    CaseStage.TO_COLLECT: ORANGE,
}


def side(view: View, box: Box, board: Board) -> list[Item]:
    """The column (upright: the lower half) with everything but the tickets."""
    gap = view.px(18)
    items: list[Item] = []
    if board.cases:
        rows = 1 if view.upright else CASE_ROWS
        cases, box = box.foot(view.px(TITLE_H + 28 + rows * CASE_H), gap)
        items += _cases(view, cases, board)
    if board.paused:
        paused, box = box.foot(view.px(PAUSED_H), gap)
        items += _paused(view, paused, board)
    return items + _waiting(view, box, board)


def _panel(view: View, box: Box, title: str, shape: Shape, page: str) -> tuple[list[Item], Box]:
    head, rest = box.inset(view.px(26), view.px(12)).top(view.px(TITLE_H - 8))
    side_px = view.px(44)
    sign, words = head.left(side_px, view.px(18))
    pages, words = words.right_strip(view.px(90))
    return [
        Panel(box, CARD, EDGE, view.px(18), view.px(2)),
        Sign(shape, sign.middle(side_px, side_px), PALE),
        Text(title, words, view.px(BODY + 4), WHITE, bold=True),
        Text(page, pages, view.px(SMALL), PALE, align=Align.RIGHT),
    ], rest


def _turned(view: View, rows: Sequence[T], room: int, turn: int) -> tuple[Sequence[T], str]:
    """The rows of this turn, and “1/3” if there are several."""
    room = max(1, room)
    pages = -(-len(rows) // room)
    if pages <= 1:
        return rows, ""
    here = turn % pages
    return rows[here * room : (here + 1) * room], view.words("board.page", page=here + 1, pages=pages)


def _waiting(view: View, box: Box, board: Board) -> list[Item]:
    columns = 2 if view.upright else 1
    inside = box.h - view.px(TITLE_H + 24)
    fit = max(1, inside // view.px(WAITING_H))
    rows, page = _turned(view, board.waiting, fit * columns, board.turn)
    items, rest = _panel(view, box, view.words("board.waiting"), Shape.PERSON, page)
    if not rows:
        return [*items, Text(view.words("board.nobody_waiting"), rest, view.px(BODY), PALE, align=Align.CENTRE)]
    used = min(fit, max(1, -(-len(rows) // columns)))
    lines = rest.top(min(rest.h, used * view.px(WAITING_H + (10 if used < fit else 0))))[0].rows(used)
    cells = [cell for line in lines for cell in line.columns(columns, view.px(40) if columns > 1 else 0)]
    for waiting, cell in zip(rows, cells, strict=False):
        items += _waiting_row(view, cell, waiting)
    return items


def _waiting_row(view: View, cell: Box, waiting: Waiting) -> list[Item]:
    count, name = cell.right_strip(view.px(128))
    people = view.words("board.people", count=waiting.count)
    return [
        Text(waiting.department, name.inset(0, view.px(5)), view.px(BODY - 2), PALE, least=view.px(26)),
        Text(people, count, view.px(BODY + 8), WHITE, True, Align.RIGHT, least=view.px(34)),
    ]


def _paused(view: View, box: Box, board: Board) -> list[Item]:
    inner = box.inset(view.px(26), view.px(10))
    chip, place = inner.left(view.px(210), view.px(22))
    numbers = view.words("board.separator").join(map(str, board.paused))
    words = view.words("board.paused_windows", windows=numbers)
    return [
        Panel(box, CARD, ORANGE, view.px(18), view.px(3)),
        Panel(chip.inset(0, view.px(6)), ORANGE, radius=view.px(12)),
        Text(view.words("board.paused"), chip.inset(view.px(10), 0), view.px(BODY - 2), NAVY, True, Align.CENTRE),
        Text(words, place, view.px(BODY), WHITE, least=view.px(26)),
    ]


def _cases(view: View, box: Box, board: Board) -> list[Item]:
    down, across = (1, 2) if view.upright else (CASE_ROWS, 1)
    rows, page = _turned(view, board.cases, down * across, board.turn)
    items, rest = _panel(view, box, view.words("board.cases"), Shape.PAPER, page)
    for case, cell in zip(rows, rest.grid(down, across, view.px(40) if across > 1 else 0), strict=False):
        items += _case_row(view, cell, case)
    return items


def _case_row(view: View, cell: Box, case: Case) -> list[Item]:
    upper, lower = cell.inset(0, view.px(4)).rows(2)
    stage, name = upper.right_strip(view.px(170))
    return [
        Text(case.applicant, name, view.px(SMALL + 4), WHITE, bold=True, least=view.px(28)),
        Text(view.words(f"stage.{case.stage}"), stage, view.px(SMALL + 2), STAGES[case.stage], True, Align.RIGHT),
        Text(case.matter, lower, view.px(SMALL), PALE, least=view.px(26)),
    ]
