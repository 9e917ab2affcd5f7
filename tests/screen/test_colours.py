"""Contrast as WCAG 2 has it, and the pairs the screens use."""

from __future__ import annotations

import pytest

from screen import colours
from screen.colours import LEAST_CONTRAST, Colour, contrast
from screen.page import MAIN, OFF, PLAIN, Look


def test_black_on_white_is_21_to_1_and_order_does_not_matter() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((255, 255, 255), (0, 0, 0)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", [PLAIN, MAIN, OFF])
def test_buttons_are_legible_at_rest_and_pressed(look: Look) -> None:
    assert contrast(look.ink, look.fill) >= LEAST_CONTRAST
    assert contrast(look.second, look.fill) >= LEAST_CONTRAST


@pytest.mark.parametrize("ground", ["PAPER", "WHITE", "PALE_BLUE", "PALE_GREEN", "PALE_AMBER", "PALE_RED"])
@pytest.mark.parametrize("ink", ["INK", "SOFT_INK", "BLUE", "GREEN", "AMBER", "RED"])
def test_inks_are_legible_on_the_light_grounds(ink: str, ground: str) -> None:
    one: Colour = getattr(colours, ink)
    other: Colour = getattr(colours, ground)
    assert contrast(one, other) >= LEAST_CONTRAST
