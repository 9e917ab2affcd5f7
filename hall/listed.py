"""What the catalogue lists, as people name it."""

from __future__ import annotations

from typing import Protocol

from hall.messages import Card, Catalogue
from hall.model import Badge, MatterId, WindowNo
from hall.wording import Words


class Named(Protocol):
    """A department, matter or zone of the catalogue."""

    @property
    def name(self) -> str: ...
    @property
    def english(self) -> str: ...


def name_in(language: str, listed: Named) -> str:
    """Its name in that language; the Chinese one if it has no other."""
    return ("" if language == "zh" else listed.english) or listed.name


def matter_name(catalogue: Catalogue | None, matter: MatterId, language: str) -> str:
    """The matter's name; its id if the catalogue has lost it."""
    listed = catalogue.matters if catalogue else ()
    return next((name_in(language, m) for m in listed if m.id == matter), matter)


def card_of(catalogue: Catalogue | None, badge: Badge) -> Card:
    """The public card of a badge; of a badge that the catalogue lacks, the badge alone."""
    listed = catalogue.clerks if catalogue else ()
    return next((card for card in listed if card.badge == badge), Card(badge=badge, name=badge))


def window_words(catalogue: Catalogue | None, window: WindowNo, words: Words) -> str:
    """“3号窗口 · 综合受理”, by a room's words `window` and `window_named`."""
    listed = catalogue.windows if catalogue else ()
    name = next((w.name for w in listed if w.number == window), "")
    return words("window_named" if name else "window", number=window, name=name)
