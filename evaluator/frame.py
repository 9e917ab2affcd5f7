"""What all pages of the pad share: sizes, header, the clerk's card in small. Pure."""

from __future__ import annotations

import math
from typing import Final

from msgspec import Struct

from evaluator.values import State
from hall.listed import card_of, window_words
from hall.messages import Card
from hall.model import Badge, PostLetter
from hall.wording import Words
from screen.colours import BLUE, DEEP_BLUE, PALE_BLUE, WHITE
from screen.layout import Box, scaled
from screen.page import Align, Item, Look, Panel, Picture, Shape, Sign, Text

DESIGN: Final = (1024, 600)  # pixels of a 7-inch pad that the sizes are meant for; other sizes scale
HEADER: Final = 68
MARGIN: Final = 24
FACES: Final = {5: Shape.FACE_5, 4: Shape.FACE_4, 3: Shape.FACE_3, 2: Shape.FACE_2, 1: Shape.FACE_1}
# A finger on it turns it pale blue: what is drawn over it stays readable.
TOUCH: Final = Look(fill=WHITE, ink=PALE_BLUE, second=PALE_BLUE, edge=BLUE)
TICKED: Final = Look(fill=PALE_BLUE, ink=WHITE, second=WHITE, edge=BLUE)


class View(Struct, frozen=True, kw_only=True):
    """All a page is drawn from. `keyboard`: there is one to type own words with."""

    state: State
    mono: float
    size: tuple[int, int]
    words: Words
    ratings: Words
    keyboard: bool = False

    def px(self, pixels: float) -> int:
        """Pixels of the design, on this screen."""
        return scaled(pixels, self.size, DESIGN)

    def seconds_left(self) -> int:
        """Whole seconds until an untouched question closes."""
        asking = self.state.asking
        if asking is None:
            return 0
        return max(0, math.ceil(asking.touched + self.state.settings.wait_s - self.mono))

    def card(self, badge: Badge | None) -> Card | None:
        """The public card of a badge, if there is one."""
        return card_of(self.state.catalogue, badge) if badge is not None else None


def header(view: View, title: str) -> tuple[list[Item], Box]:
    """The blue strip: a title and the window; and what remains of the page."""
    strip, rest = Box(0, 0, *view.size).top(view.px(HEADER))
    inner = strip.inset(view.px(MARGIN), view.px(8))
    window, left = inner.right_strip(view.px(300), view.px(12))
    named = window_words(view.state.catalogue, view.state.settings.window, view.words)
    items: list[Item] = [
        Panel(strip, BLUE),
        Text(title, left, view.px(32), WHITE, bold=True, least=view.px(20)),
        Text(named, window, view.px(27), WHITE, align=Align.RIGHT, least=view.px(18)),
    ]
    return items, rest


def photo(view: View, card: Card | None, box: Box) -> Picture:
    """The clerk's photo in its frame; nobody's is empty."""
    return Picture(card.photo if card else "", box, radius=view.px(12), edge_width=view.px(3))


def badge_words(view: View, card: Card, letter: PostLetter | None) -> str:
    """“工号 101 · A岗”."""
    parts = [view.words("card.badge", badge=card.badge)]
    if letter is not None:
        parts.append(view.words("card.letter", letter=letter))
    return " · ".join(parts)


def spoken(view: View, key: str, box: Box, size: int) -> list[Item]:
    """A sentence that is also said aloud: a loudspeaker before it."""
    side = view.px(size * 1.1)
    sign, text = box.left(side, view.px(14))
    return [
        Sign(Shape.SOUND, sign.middle(side, side), BLUE),
        Text(view.words(f"prompt.{key}"), text, view.px(size), DEEP_BLUE, bold=True, least=view.px(20)),
    ]
