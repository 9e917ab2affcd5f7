"""What must hold for a page of any room: reached by a hand, written whole, nothing over another, enough contrast."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from screen.colours import LEAST_CONTRAST, Colour, contrast
from screen.layout import Box
from screen.page import Button, Item, Page, Panel, Shape, Sign, Strip, Text
from screen.painter import Painter, button_texts


def legible(
    shown: Page, painter: Painter, *, text: float, button: float = 0, may_be_cut: Collection[str] = (), lines: int = 0
) -> None:
    """All rules. `text` and `button` are the smallest that are allowed, in pixels; `lines`: the most of one text."""
    _on_the_screen(shown)
    _can_be_hit(shown, button)
    _written_whole(shown, painter, text, may_be_cut, lines)
    _apart(shown)
    _contrasting(shown)


def all_buttons(shown: Page) -> list[Button]:
    """Also those that are barred now."""
    return [item for item in shown.items if isinstance(item, Button)]


def texts(shown: Page) -> list[Text]:
    """What is written on the page, buttons' labels among it."""
    own = [item for item in shown.items if isinstance(item, Text) and item.words]
    return own + [text for button in all_buttons(shown) for text in button_texts(button)]


def _on_the_screen(shown: Page) -> None:
    for item in shown.items:
        assert item.box.inside(Box(0, 0, *shown.size)), item


def _can_be_hit(shown: Page, smallest: float) -> None:
    """Buttons are large enough, apart, and each is its own."""
    buttons = all_buttons(shown)
    for button in buttons:
        assert min(button.box.w, button.box.h) >= smallest, button
    for one, other in combinations(buttons, 2):
        assert not one.box.overlaps(other.box), (one.id, other.id)
    assert len({b.id for b in buttons}) == len(buttons)


def _written_whole(shown: Page, painter: Painter, smallest: float, may_be_cut: Collection[str], most: int) -> None:
    """No words are cut off, too small, or larger than their place."""
    for text in texts(shown):
        fitted, lines = painter.lettering.fit(text)
        cut = any(line.endswith("…") and not text.words.endswith("…") for line in lines)
        assert not cut or text.words in may_be_cut, text
        assert fitted >= smallest, (text.words, fitted)
        assert not most or len(lines) <= most, (text.words, lines)
        # What does not fit below is drawn over the next thing.
        assert fitted * 0.8 * len(lines) <= text.box.h, (text.words, fitted, lines)


def _apart(shown: Page) -> None:
    """No text, button or sign lies on another, but what is written or drawn on a button."""
    items = [item for item in shown.items if isinstance(item, Text | Button | Sign)]
    for one, other in combinations(items, 2):
        on_it = isinstance(one, Button) and not isinstance(other, Button) and other.box.inside(one.box)
        assert on_it or not one.box.overlaps(other.box), (one, other)


def _contrasting(shown: Page) -> None:
    """Everything stands off from what is behind it."""
    for n, item in enumerate(shown.items):
        if isinstance(item, Sign | Strip) or (isinstance(item, Text) and item.words):
            assert contrast(item.colour, ground(shown, shown.items[:n], item.box)) >= LEAST_CONTRAST, item
        elif isinstance(item, Button):
            shows = item.label or item.shape is not Shape.NONE
            assert not shows or contrast(item.look.ink, item.look.fill) >= LEAST_CONTRAST, item
            assert not item.second or contrast(item.look.second, item.look.fill) >= LEAST_CONTRAST, item


def ground(shown: Page, below: Collection[Item], box: Box) -> Colour:
    """The fill of the uppermost panel or button among those `below` the middle of a box."""
    found = [item for item in below if isinstance(item, Panel | Button) and item.box.holds(*box.centre)]
    if not found:
        return shown.ground
    return found[-1].fill if isinstance(found[-1], Panel) else found[-1].look.fill
