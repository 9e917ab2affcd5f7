"""What must hold for a page of any room: reached by a hand, written whole, nothing over another, enough contrast."""

from __future__ import annotations

from itertools import combinations

from screen.colours import LEAST_CONTRAST, contrast
from screen.layout import Box
from screen.page import Button, Page, Panel, Sign, Text
from screen.painter import Painter, button_texts


def all_buttons(shown: Page) -> list[Button]:
    """Also those that are barred now."""
    return [item for item in shown.items if isinstance(item, Button)]


def can_be_hit(shown: Page, size: tuple[int, int], smallest: float) -> None:
    """Buttons are on the screen, large enough, apart, and each is its own."""
    buttons = all_buttons(shown)
    for button in buttons:
        assert button.box.inside(Box(0, 0, *size)), button
        assert min(button.box.w, button.box.h) >= smallest, button
    for one, other in combinations(buttons, 2):
        assert not one.box.overlaps(other.box), (one.id, other.id)
    assert len({b.id for b in buttons}) == len(buttons)


def written_whole(shown: Page, size: tuple[int, int], painter: Painter, smallest: float) -> None:
    """No words are cut off, too small, or larger than their place."""
    texts = [item for item in shown.items if isinstance(item, Text)]
    for button in all_buttons(shown):
        texts += button_texts(button)
    for text in texts:
        fitted, lines = painter.lettering.fit(text)
        assert not any(line.endswith("…") and not text.words.endswith("…") for line in lines), text
        assert fitted >= smallest, (text.words, fitted)
        assert text.box.inside(Box(0, 0, *size)), text
        # What does not fit below is drawn over the next thing.
        assert fitted * 0.8 * len(lines) <= text.box.h, (text.words, fitted, lines)


def apart(shown: Page) -> None:
    """No text, button or sign lies on another."""
    items = [item for item in shown.items if isinstance(item, Text | Button | Sign)]
    for one, other in combinations(items, 2):
        assert not one.box.overlaps(other.box), (one, other)


def contrasting(shown: Page) -> None:
    """Everything stands off from what is behind it."""
    for i, item in enumerate(shown.items):
        if isinstance(item, Text | Sign):
            below = [p for p in shown.items[:i] if isinstance(p, Panel) and p.box.holds(*item.box.centre)]
            ground = below[-1].fill if below else shown.ground
            assert contrast(item.colour, ground) >= LEAST_CONTRAST, item
        elif isinstance(item, Button):
            assert contrast(item.look.ink, item.look.fill) >= LEAST_CONTRAST
            assert contrast(item.look.second, item.look.fill) >= LEAST_CONTRAST
