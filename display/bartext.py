"""The text of a bar: the longest wording that fits its columns. Pure."""

from __future__ import annotations

from typing import Final

from display.values import BarSays, Light
from hall.dialects.a090 import Colour, is_known
from hall.wording import Words

MISSING: Final = "〓"  # what printers set for a Hanzi they have not
WORDINGS: Final = ("long", "usual", "short", "least")  # keys below bar.<says>; a hall may leave the first ones out

# Never by colour alone: the words say the same.
COLOURS: Final[dict[BarSays, Colour]] = {
    BarSays.CALLING: Colour.RED,
    BarSays.SERVING: Colour.GREEN,
    BarSays.PAUSED: Colour.YELLOW,
    BarSays.FREE: Colour.GREEN,
    BarSays.CLOSED: Colour.YELLOW,
    BarSays.EMERGENCY: Colour.RED,
}


def bar_text(light: Light, columns: int, words: Words) -> str:
    """Exactly `columns` wide, centred: what a bar does with the rest of its dots after a shorter text is in no
    source, so there is never a rest. Characters that no bar has become “〓”; what is still too long is cut."""
    keys = (f"bar.{light.says}.{wording}" for wording in WORDINGS)
    told = [words(key, label=light.text, window=light.window, text=light.text) for key in keys if key in words]
    known = ["".join(char if is_known(char) else MISSING for char in text) for text in told]
    best = next((text for text in known if width(text) <= columns), known[-1] if known else "")
    while width(best) > columns:
        best = best[:-1]
    left = (columns - width(best)) // 2
    return " " * left + best + " " * (columns - width(best) - left)


def width(text: str) -> int:
    """Columns of a text: a Hanzi takes two."""
    return sum(1 if char.isascii() else 2 for char in text)
