"""What all pages of the soft caller share: header, banner, message line, sizes and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from caller.values import State
from hall.hours import local
from hall.listed import card_of, matter_name, name_in, window_words
from hall.messages import ListedDepartment, ListedMatter
from hall.model import DeskState, Instant, MatterId
from hall.wording import Words
from screen.bands import AWAY, TONES, band
from screen.colours import (
    AMBER,
    BLUE,
    DEEP_BLUE,
    GREEN,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    SOFT_INK,
    WHITE,
    Colour,
)
from screen.layout import Box, scaled
from screen.page import Align, Item, Page, Panel, Text

DESIGN = (1024, 600)  # pixels that the sizes below are meant for; smaller and larger screens scale
BUTTON = 28
MARGIN = 14

CHIPS: dict[DeskState, tuple[Colour, Colour]] = {
    DeskState.CLOSED: (PALE_BLUE, DEEP_BLUE),
    DeskState.PAUSED: (PALE_AMBER, AMBER),
    DeskState.FREE: (PALE_GREEN, GREEN),
    DeskState.CALLING: (WHITE, BLUE),
    DeskState.SERVING: (WHITE, BLUE),
}


class View(Struct, frozen=True, kw_only=True):
    """All a page is drawn from. `turned`: which page of a long list."""

    state: State
    now: Instant | None
    size: tuple[int, int]
    words: Words
    refusals: Words
    language: str = "zh"
    turned: int = 0

    def px(self, pixels: float) -> int:
        """Pixels of the design, on this screen."""
        return scaled(pixels, self.size, DESIGN)

    def named(self, listed: ListedMatter | ListedDepartment) -> str:
        """Its name in the screen's language, the Chinese one if it has no other."""
        return name_in(self.language, listed)

    def matter(self, matter: MatterId) -> str:
        """The matter's name; its id if the catalogue has lost it."""
        return matter_name(self.state.catalogue, matter, self.language)

    def lasting(self, since: Instant) -> str:
        """`M:SS` from then to now."""
        seconds = max(0, (self.now - since) // 1000) if self.now is not None else 0
        return f"{seconds // 60}:{seconds % 60:02}"


def with_key(view: View, name: str, words: str) -> str:
    """A button's second line: its key and more."""
    return view.words("key.with", name=name, words=words)


def framed(view: View, name: str, content: Callable[[Box], tuple[Item, ...]]) -> Page:
    """A page: header, the banner if the hub is away, the message line, and the content in what remains."""
    whole = Box(0, 0, *view.size)
    header, rest = whole.top(view.px(66))
    items: list[Item] = [*_header(view, header)]
    if not view.state.hub_here and view.state.window is not None:
        banner, rest = rest.top(view.px(44))
        inner = banner.inset(view.px(20), view.px(8))
        items += band(banner, inner, AWAY, view.words("hub_away"), view.px(22), view.px(14))
    message, rest = rest.foot(view.px(50))
    items += _message(view, message)
    items += content(rest.inset(view.px(MARGIN), view.px(MARGIN)))
    return Page(name, view.size, tuple(items))


def _header(view: View, box: Box) -> Iterator[Item]:
    state, window = view.state, view.state.window
    yield Panel(box, BLUE)
    inner = box.inset(view.px(20), view.px(8))
    clock, inner = inner.right_strip(view.px(90))
    if view.now is not None and state.catalogue is not None:
        at = local(state.catalogue.utc_offset, view.now).strftime("%H:%M")
        yield Text(at, clock, view.px(28), WHITE, align=Align.RIGHT)
    title, inner = inner.left(view.px(400))
    name = window_words(state.catalogue, state.settings.window, view.words)
    yield Text(name, title, view.px(30), WHITE, bold=True, least=view.px(18))
    if window is None:
        return
    chip, inner = inner.inset(0, view.px(4)).left(view.px(150), view.px(16))
    fill, ink = CHIPS[window.state]
    yield Panel(chip, fill, None, chip.h // 2)
    yield Text(view.words(f"state.{window.state}"), chip.inset(view.px(10), 0), view.px(24), ink, True, Align.CENTRE)
    if window.clerk is not None:
        yield Text(_clerk_name(view), inner, view.px(26), WHITE, least=view.px(15))


def _clerk_name(view: View) -> str:
    window = view.state.window
    assert window is not None
    card = card_of(view.state.catalogue, window.clerk or "")
    return view.words("clerk", name=card.name, letter=window.letter or "")


def _message(view: View, box: Box) -> Iterator[Item]:
    said = view.state.said
    if said is None:
        yield Panel(box, PALE_BLUE)
        yield Text(_hint(view), box.inset(view.px(20), 0), view.px(22), SOFT_INK, least=view.px(14))
        return
    sentence = said.sentence(view.words, view.refusals)
    until = dict(said.values).get("until")
    words = view.words("until", sentence=sentence, time=until) if until else sentence
    yield from band(box, box.inset(view.px(20), view.px(9)), TONES[said.tone], words, view.px(24), view.px(14))


def _hint(view: View) -> str:
    state, window = view.state, view.state.window
    if window is None or not state.hub_here:
        return view.words("hint.wait")
    if state.choosing is not None:
        return view.words("hint.choosing")
    if state.entry is not None:
        return view.words(f"hint.{state.entry.field}")
    if window.state is DeskState.FREE:
        return view.words("hint.free_waiting" if window.waiting else "hint.free_nobody")
    return view.words(f"hint.{window.state}")
