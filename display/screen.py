"""The pages of a display: `page_of(shown, size, words) -> Page`, pure."""

from __future__ import annotations

from display.frame import (
    ALARM,
    CARD,
    EDGE,
    NAVY,
    ORANGE,
    PALE,
    TITLE,
    View,
    banner,
    caption_line,
    header,
    notice_strip,
    trouble,
)
from display.side import side
from display.tickets import tickets
from display.values import Board, Closed, Emergency, Misplaced, Shown, Starting, WindowSign
from display.windowsign import window_sign
from hall.wording import Words
from screen.colours import WHITE, Colour
from screen.layout import Box
from screen.page import Align, Item, Page, Panel, Shape, Sign, Text

SIDE_SHARE = 0.3  # of a wide board; upright, the part below the tickets
SIDE_SHARE_UPRIGHT = {True: 0.39, False: 0.32}  # with and without 办件公示


def page_of(shown: Shown, size: tuple[int, int], words: Words) -> Page:
    """The page of what is shown."""
    view = View(shown, size, words)
    body = shown.body
    ground = ALARM if isinstance(body, Emergency) else NAVY
    return Page(type(body).__name__.lower(), size, tuple(_items(view, Box(0, 0, *size))), ground)


def _items(view: View, whole: Box) -> list[Item]:
    body = view.shown.body
    if isinstance(body, Emergency):
        return _emergency(view, whole, body)
    zone = body.zone if isinstance(body, Board) else body.place.zone if isinstance(body, WindowSign) else ""
    head, rest = whole.top(view.px(170 if view.upright else 116))
    items = header(view, head, zone)
    words = trouble(view)
    if words:
        strip, rest = rest.top(view.px(100 if view.upright else 76))
        items += banner(view, strip, words)
    match body:
        case Board():
            return items + _board(view, rest, body)
        case WindowSign():
            if body.caption:
                foot, rest = rest.foot(view.px(110))
                items += caption_line(view, foot, body.caption)
            return items + window_sign(view, rest.inset(view.px(40), view.px(30)), body)
        case Closed():
            return items + _closed(view, rest, body)
        case Misplaced():
            what = "misplaced.zone" if body.zone is not None else "misplaced.window"
            texts = [view.words("misplaced.title"), view.words(what, zone=body.zone, window=body.window)]
            return items + _told(view, rest, Shape.WARNING, ORANGE, texts)
        case Starting():
            return items + _told(
                view, rest, Shape.DOTS, PALE, [view.words("starting.title"), view.words("starting.text")]
            )


def _board(view: View, box: Box, board: Board) -> list[Item]:
    items: list[Item] = []
    if board.notices or board.complaint_phone:
        strip, box = box.foot(view.px(84))
        items += notice_strip(view, strip, board)
    captions, box = box.foot(view.px(120 if view.upright else 100))
    items += caption_line(view, captions, board.caption)
    room = box.inset(view.px(40), view.px(24))
    gap = view.px(24)
    if view.upright:
        beside, left = room.foot(round(room.h * SIDE_SHARE_UPRIGHT[bool(board.cases)]), gap)
    else:
        beside, left = room.right_strip(round(room.w * SIDE_SHARE), gap)
    return items + tickets(view, left, board) + side(view, beside, board)


def _closed(view: View, box: Box, closed: Closed) -> list[Item]:
    key = f"closed.{closed.reason}"
    if key in view.words:
        texts = [view.words("closed.title"), view.words(key)]
    else:
        texts = [view.words("closed.trouble"), view.words("closed.other")]
    if closed.reopens_at is not None:
        texts.append(view.words("closed.opens", time=view.when(closed.reopens_at)))
    return _told(view, box, Shape.CLOCK, PALE, texts)


def _told(view: View, box: Box, shape: Shape, colour: Colour, texts: list[str]) -> list[Item]:
    """A page that tells one thing: a sign, a title, some sentences."""
    card = box.inset(view.px(80), view.px(60))
    card = card.middle(card.w, view.px(1000 if view.upright else 700))
    inner = card.inset(view.px(60), view.px(60))
    sign, inner = inner.top(round(inner.h * 0.32))
    title, inner = inner.top(round(inner.h * 0.4))
    side_px = min(sign.h, view.px(200))
    items: list[Item] = [
        Panel(card, CARD, EDGE, view.px(30), view.px(3)),
        Sign(shape, sign.middle(side_px, side_px), colour),
        Text(texts[0], title, view.px(110), WHITE, True, Align.CENTRE, least=view.px(56)),
    ]
    lines = inner.rows(max(2, len(texts) - 1))
    for text, line in zip(texts[1:], lines, strict=False):
        items.append(Text(text, line, view.px(TITLE + 12), PALE, False, Align.CENTRE, least=view.px(40)))
    return items


def _emergency(view: View, whole: Box, emergency: Emergency) -> list[Item]:
    inner = whole.inset(view.px(70), view.px(50))
    head, rest = inner.top(view.px(200))
    foot, rest = rest.foot(view.px(110))
    side_px = view.px(170)
    sign, title = head.left(side_px, view.px(50))
    since = view.clock("emergency.since", emergency.since) if emergency.since else ""
    left, right = foot.left(round(foot.w * 0.66))
    items: list[Item] = [
        Panel(whole.inset(view.px(14)), ALARM, WHITE, view.px(20), view.px(14)),
        Sign(Shape.WARNING, sign.middle(side_px, side_px), WHITE),
        Text(view.words("emergency.title"), title, view.px(130), WHITE, bold=True),
        Panel(Box(inner.x, rest.y, inner.w, view.px(6)), WHITE),
        Text(view.words("emergency.follow"), left, view.px(TITLE + 10), WHITE, least=view.px(36)),
        Text(since, right, view.px(TITLE), WHITE, align=Align.RIGHT, least=view.px(36)),
    ]
    gap = view.px(30)
    places = rest.inset(0, gap).rows(len(emergency.texts), gap)
    items += [Panel(Box(place.x, place.y - gap // 2, place.w, view.px(3)), WHITE) for place in places[1:]]
    for (text, zones), place in zip(emergency.texts, places, strict=True):
        named = view.words("emergency.separator").join(zones)
        words = (view.words("emergency.zones", zones=named) if named else "") + text
        items.append(Text(words, place, view.px(170), WHITE, bold=True, least=view.px(48)))
    return items
