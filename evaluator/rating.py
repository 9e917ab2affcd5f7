"""The two pages on which an applicant rates: five equal levels, then the reasons of the chosen one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evaluator.frame import FACES, MARGIN, TICKED, TOUCH, View, badge_words, header, photo, spoken
from evaluator.values import Asking, Chosen, Spoken
from hall.ratings import LEVELS, MAX_WORDS, Level
from screen.colours import BLUE, DEEP_BLUE, INK, LINE, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import MAIN, PLAIN, Align, Button, Item, Page, Panel, Shape, Sign, Text

ROWS, COLUMNS = 4, 2
PADDING: Final = 8  # beside a level's name
TAIL: Final = 44  # characters of own words that the line shows


def levels_page(view: View, asking: Asking) -> Page:
    """Five buttons, alike in everything but face and words; no level is proposed."""
    items, rest = header(view, view.words("title"))
    foot, rest = rest.inset(view.px(MARGIN), 0).foot(view.px(52))
    top, rest = rest.top(view.px(132))
    items += _who(view, asking, top)
    places = rest.inset(0, view.px(6)).columns(len(LEVELS), view.px(14))
    size = _name_size(view, places[0].w)
    for level, place in zip(LEVELS, places, strict=True):
        items += _level(view, level, place, size)
    left, right = foot.columns(2)
    items.append(Text(view.words("levels.voluntary"), left, view.px(22), SOFT_INK, least=view.px(16)))
    words = view.words("levels.left", seconds=view.seconds_left())
    items.append(Text(words, right, view.px(22), SOFT_INK, align=Align.RIGHT, least=view.px(16)))
    return Page("levels", view.size, tuple(items))


def _who(view: View, asking: Asking, box: Box) -> list[Item]:
    """The sentence that is spoken, and whose work is meant."""
    inner = box.inset(0, view.px(16))
    card = view.card(asking.clerk)
    if card is None:
        return spoken(view, Spoken.PLEASE_RATE, inner, 38)
    who, sentence = inner.right_strip(view.px(290), view.px(16))
    frame, text = who.left(view.px(84), view.px(16))
    name, badge = text.rows(2)
    return [
        *spoken(view, Spoken.PLEASE_RATE, sentence, 38),
        photo(view, card, frame),
        Text(card.name or card.badge, name, view.px(34), INK, bold=True, least=view.px(20)),
        Text(badge_words(view, card, asking.letter), badge, view.px(23), SOFT_INK, least=view.px(16)),
    ]


def _name_size(view: View, width: int) -> int:
    """One size for all five, at which the longest word of the five fits: a smaller name would weigh less."""
    names = [view.ratings(f"level.{level}") for level in LEVELS]
    widest = max(sum(0.62 if char.isascii() else 1.0 for char in word) for name in names for word in name.split())
    return min(view.px(32), int((width - 2 * view.px(PADDING)) / widest))


def _level(view: View, level: Level, box: Box, size: int) -> list[Item]:
    inner = box.inset(view.px(PADDING), view.px(20))
    face, words = inner.top(round(inner.h * 0.56))
    name, also = words.top(round(words.h * 0.56))
    side = min(face.w, face.h, view.px(150))
    return [
        Button(f"level:{level}", "", box, view.px(34), look=TOUCH),
        Sign(FACES[level], face.middle(side, side), DEEP_BLUE),
        Text(view.ratings(f"level.{level}"), name, size, INK, True, Align.CENTRE, least=size),
        Text(view.words(f"level_also.{level}"), also, view.px(20), SOFT_INK, False, Align.CENTRE, least=view.px(15)),
    ]


# --- reasons ------------------------------------------------------------------------------------------------


def reasons_page(view: View, asking: Asking) -> Page:
    """Reasons of the level, own words if there is a keyboard, and the button that sends."""
    chosen = asking.chosen
    assert chosen is not None
    items, rest = header(view, view.words("title"))
    rest = rest.inset(view.px(MARGIN), view.px(14))
    top, rest = rest.top(view.px(116))
    foot, rest = rest.foot(view.px(78))
    items += _chosen(view, chosen, top)
    if view.keyboard or asking.typing:
        own, rest = rest.foot(view.px(66))
        items += _own_words(view, chosen, own)
    items += _list(view, asking, chosen, rest.inset(0, view.px(8)))
    items += _send(view, asking, chosen, foot)
    return Page("reasons", view.size, tuple(items))


def _chosen(view: View, chosen: Chosen, box: Box) -> Iterator[Item]:
    again, left = box.right_strip(view.px(190))
    yield Button("again", view.words("reasons.again"), again.middle(again.w, view.px(64)), view.px(24), look=PLAIN)
    face, text = left.left(view.px(88))
    yield Sign(FACES[chosen.level], face.middle(view.px(84), view.px(84)), DEEP_BLUE)
    text = text.inset(view.px(18), 0)
    title, thanks = text.top(round(text.h * 0.4))
    level = view.ratings(f"level.{chosen.level}")
    yield Text(view.words("reasons.chosen", level=level), title, view.px(32), INK, bold=True, least=view.px(20))
    yield Text(view.words("reasons.thanks"), thanks, view.px(22), SOFT_INK, least=view.px(16))


def _list(view: View, asking: Asking, chosen: Chosen, box: Box) -> Iterator[Item]:
    codes = view.state.settings.reasons.of(chosen.level)
    if asking.all_reasons:
        places = box.grid(ROWS, COLUMNS, view.px(10))
    else:
        codes = view.state.settings.reasons.first(chosen.level)
        places = box.rows(len(codes) or 1, view.px(12))
    for code, place in zip(codes, places, strict=False):
        yield from _reason(view, code, code in chosen.reasons, place)


def _reason(view: View, code: int, ticked: bool, box: Box) -> Iterator[Item]:
    yield Button(f"reason:{code}", "", box, view.px(24), look=TICKED if ticked else TOUCH)
    inner = box.inset(view.px(16), view.px(4))
    tick, text = inner.left(view.px(36), view.px(14))
    square = tick.middle(view.px(34), view.px(34))
    yield Panel(square, BLUE if ticked else WHITE, BLUE, view.px(6), view.px(3))
    if ticked:
        yield Sign(Shape.TICK, square.inset(view.px(5)), WHITE)
    yield Text(view.ratings(f"reason.{code}"), text, view.px(26), INK, bold=ticked, least=view.px(17))


def _own_words(view: View, chosen: Chosen, box: Box) -> Iterator[Item]:
    field = box.inset(0, view.px(3))
    yield Panel(field, WHITE, LINE, view.px(8), view.px(2))
    inner = field.inset(view.px(16), view.px(4))
    count, text = inner.right_strip(view.px(90))
    if chosen.words:
        words, ink = chosen.words[-TAIL:], INK
    else:
        words, ink = view.words("reasons.own", most=MAX_WORDS), SOFT_INK
    yield Text(words, text, view.px(24), ink, least=view.px(16))
    counted = view.words("reasons.count", count=len(chosen.words), most=MAX_WORDS)
    yield Text(counted, count, view.px(20), SOFT_INK, align=Align.RIGHT)


def _send(view: View, asking: Asking, chosen: Chosen, box: Box) -> Iterator[Item]:
    send, left = box.right_strip(view.px(300))
    yield Button("submit", view.words("reasons.submit"), send, view.px(32), look=MAIN)
    codes, first = view.state.settings.reasons.of(chosen.level), view.state.settings.reasons.first(chosen.level)
    if not asking.all_reasons and len(codes) > len(first):
        more, left = left.left(view.px(240))
        yield Button("more", view.words("reasons.more"), more, view.px(26), look=PLAIN, shape=Shape.DOWN)
    text = left.inset(view.px(18), 0)
    optional, countdown = text.rows(2)
    yield Text(view.words("reasons.optional"), optional, view.px(22), SOFT_INK, least=view.px(16))
    words = view.words("reasons.left", seconds=view.seconds_left())
    yield Text(words, countdown, view.px(22), SOFT_INK, least=view.px(16))
