"""What all screens share: colours, sizes, header, caption, notices and times. Pure."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from display.values import Board, Shown
from hall.hours import day_of, local
from hall.model import Instant
from hall.wording import Words
from screen.colours import WHITE, Colour
from screen.layout import Box, scaled
from screen.page import Align, Item, Panel, Shape, Sign, Strip, Text

# Sizes are designed for 1920×1080 (upright 1080×1920) on a 55-inch panel: 1218 mm ÷ 1920 = 0.63 mm a pixel.
# From 10 m an eye wants 16 minutes of arc at least (ISO 9241-303): 10 m × tan 16′ = 47 mm = 74 px of character. A digit
# is 0.73 of its size high, so ticket and window numbers need 74 ÷ 0.73 = 101 px: NUMBER is 104, HERO twice that.
# What is read by those who walk up (5 m: 37 px of Hanzi, whose height is 0.9 of the size) needs 41 px: BODY is 42.
# Nothing is meant to be below 34 px (SMALL, from 4 m); a name too long for its place goes down to 26.
HERO: Final = 208
NUMBER: Final = 104
UNIT: Final = 56
TITLE: Final = 54
BODY: Final = 42
SMALL: Final = 34

# Light on dark, as boards in bright halls are; every pair below is 4.5:1 or more (tests/display/test_pages.py).
NAVY: Final[Colour] = (9, 28, 62)
CARD: Final[Colour] = (18, 50, 102)
HEADER: Final[Colour] = (20, 76, 150)
EDGE: Final[Colour] = (58, 98, 162)
PALE: Final[Colour] = (196, 212, 236)
GOLD: Final[Colour] = (255, 211, 77)
MINT: Final[Colour] = (140, 226, 176)
ORANGE: Final[Colour] = (255, 190, 92)
ALARM: Final[Colour] = (168, 18, 26)


class View(Struct, frozen=True):
    """All a page is drawn from."""

    shown: Shown
    size: tuple[int, int]
    words: Words

    @property
    def upright(self) -> bool:
        return self.size[1] > self.size[0]

    def px(self, designed: float) -> int:
        """Pixels of a measure designed for 1920×1080."""
        return scaled(designed, self.size, (1080, 1920) if self.upright else (1920, 1080))

    def clock(self, key: str, at: Instant, **values: object) -> str:
        """A sentence with the hour and minute of an instant."""
        when = local(self.shown.utc_offset, at)
        return self.words(key, hour=when.hour, minute=when.minute, **values)

    def when(self, at: Instant) -> str:
        """“今天 13:00” or “11月24日 08:50”."""
        offset, now = self.shown.utc_offset, self.shown.now
        same = now is not None and day_of(offset, now) == day_of(offset, at)
        when = local(offset, at)
        key = "when.same_day" if same else "when.other_day"
        return self.clock(key, at, year=when.year, month=when.month, day=when.day)


def header(view: View, box: Box, zone: str) -> list[Item]:
    """The hall's name, the screen's zone, date and clock."""
    inner = box.inset(view.px(40), view.px(12))
    items: list[Item] = [Panel(box, HEADER)]
    items += _clock(view, inner.right_strip(view.px(500 if not view.upright else 400))[0])
    names = inner.left(inner.w - view.px(540 if not view.upright else 430))[0]
    hall = view.shown.hall or view.words("head.no_hall")
    if zone and view.upright:
        above, names = names.top(round(names.h * 0.45))
        items.append(Text(hall, above, view.px(SMALL + 4), PALE, least=view.px(26)))
        items.append(Text(zone, names, view.px(TITLE + 14), WHITE, bold=True, least=view.px(34)))
        return items
    if zone:
        wide = min(names.w // 2, view.px(60) + round(text_width(zone) * view.px(62)))
        sign, names = names.left(wide, view.px(34))
        items.append(Panel(sign.inset(0, view.px(6)), WHITE, radius=view.px(14)))
        items.append(Text(zone, sign.inset(view.px(14), view.px(6)), view.px(60), HEADER, True, Align.CENTRE))
    items.append(Text(hall, names, view.px(TITLE + 6), WHITE, bold=True, least=view.px(34)))
    return items


def text_width(text: str) -> float:
    """About how wide a text is, in its own size: a guess for boxes that hug it."""
    return sum(1 if ord(char) > 255 else 0.6 for char in text)


def _clock(view: View, box: Box) -> list[Item]:
    now = view.shown.now
    if now is None:
        return []
    when = local(view.shown.utc_offset, now)
    date = view.words("clock.date", year=when.year, month=when.month, day=when.day)
    day = view.words(f"weekday.{when.isoweekday()}")
    if view.upright:
        upper, lower = box.top(round(box.h * 0.58))
        return [
            Text(view.clock("clock.time", now), upper, view.px(92), WHITE, True, Align.RIGHT),
            Text(f"{date} {day}", lower, view.px(SMALL), WHITE, False, Align.RIGHT, least=view.px(24)),
        ]
    clock, dates = box.right_strip(view.px(220))
    upper, lower = dates.rows(2)
    return [
        Text(view.clock("clock.time", now), clock, view.px(78), WHITE, True, Align.RIGHT),
        Text(date, upper, view.px(SMALL), WHITE, False, Align.RIGHT, least=view.px(26)),
        Text(day, lower, view.px(SMALL), WHITE, False, Align.RIGHT, least=view.px(26)),
    ]


def trouble(view: View) -> str:
    """What is to be known before anything on the board is believed; empty if all is well."""
    shown = view.shown
    if shown.stale:
        return view.words("stale.plain") if shown.stale_since is None else view.clock("stale.since", shown.stale_since)
    body = shown.body
    if isinstance(body, Board) and body.shut is not None:
        key = f"closed.{body.shut.reason}"
        reason = view.words(key if key in view.words else "closed.trouble")
        reopens_at = body.shut.reopens_at
        if reopens_at is None:
            return view.words("closed.strip_other", reason=reason)
        return view.words("closed.strip_opens", reason=reason, time=view.when(reopens_at))
    return ""


def banner(view: View, box: Box, words: str) -> list[Item]:
    """A line that nobody overlooks: a sign, dark on orange."""
    inner = box.inset(view.px(40), view.px(8))
    side = min(inner.h, view.px(56))
    sign, text = inner.left(side, view.px(24))
    shape = Shape.WARNING if view.shown.stale else Shape.CLOCK
    return [
        Panel(box, ORANGE),
        Sign(shape, sign.middle(side, side), NAVY),
        Text(words, text, view.px(BODY), NAVY, bold=True, least=view.px(28)),
    ]


def caption_line(view: View, box: Box, caption: str) -> list[Item]:
    """What the voice says, or where to listen while it is silent."""
    chip, place = box.inset(view.px(40), view.px(10)).left(view.px(190), view.px(28))
    sign, name = chip.inset(view.px(14), 0).left(view.px(50))
    words = caption or view.words("board.listen")
    ink = GOLD if caption else PALE
    return [
        Panel(box, CARD),
        Panel(chip.inset(0, view.px(6)), NAVY, PALE, view.px(12), view.px(2)),
        Sign(Shape.SOUND, sign, WHITE),
        Text(view.words("board.caption"), name, view.px(SMALL + 4), WHITE, True, Align.CENTRE),
        Text(words, place, view.px(TITLE + 2 if caption else BODY), ink, bold=bool(caption), least=view.px(32)),
    ]


def notice_strip(view: View, box: Box, board: Board) -> list[Item]:
    """The hall's own notices and where to complain, moving."""
    lines = board.notices
    if board.complaint_phone:
        lines = (*lines, view.words("notice.complaint", phone=board.complaint_phone))
    return [Panel(box, NAVY), Strip(lines, box, view.px(BODY + 2), WHITE, NAVY, speed=view.px(150))]
