"""What all pages of the soft caller share: header, banner, message line, sizes and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from caller.values import Said, State, Tone
from hall.hours import local
from hall.messages import ListedDepartment, ListedMatter
from hall.model import DeskState, Instant, MatterId
from hall.wording import Words
from screen.colours import (
    AMBER,
    BLUE,
    DEEP_BLUE,
    GREEN,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    PALE_RED,
    RED,
    SOFT_INK,
    WHITE,
    Colour,
)
from screen.layout import Box
from screen.page import Align, Item, Page, Panel, Shape, Sign, Text

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
TONES: dict[Tone, tuple[Colour, Colour, Shape]] = {
    Tone.GOOD: (PALE_GREEN, GREEN, Shape.TICK),
    Tone.BAD: (PALE_RED, RED, Shape.WARNING),
    Tone.BUSY: (PALE_BLUE, DEEP_BLUE, Shape.CLOCK),
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
        return round(pixels * min(self.size[0] / DESIGN[0], self.size[1] / DESIGN[1]))

    def named(self, listed: ListedMatter | ListedDepartment) -> str:
        """Its name in the screen's language, the Chinese one if it has no other."""
        return (listed.english if self.language == "en" else "") or listed.name

    def matter(self, matter: MatterId) -> str:
        """The matter's name; its id if the catalogue has lost it."""
        matters = self.state.catalogue.matters if self.state.catalogue else ()
        return next((self.named(m) for m in matters if m.id == matter), matter)

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
        items += _banner(view, banner)
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
    yield Text(_window_name(view), title, view.px(30), WHITE, bold=True, least=view.px(18))
    if window is None:
        return
    chip, inner = inner.inset(0, view.px(4)).left(view.px(150))
    fill, ink = CHIPS[window.state]
    yield Panel(chip, fill, None, chip.h // 2)
    yield Text(view.words(f"state.{window.state}"), chip.inset(view.px(10), 0), view.px(24), ink, True, Align.CENTRE)
    if window.clerk is not None:
        inner = Box(inner.x + view.px(16), inner.y, max(0, inner.w - view.px(16)), inner.h)
        yield Text(_clerk_name(view), inner, view.px(26), WHITE, least=view.px(15))


def _window_name(view: View) -> str:
    number = view.state.settings.window
    listed = view.state.catalogue.windows if view.state.catalogue else ()
    name = next((w.name for w in listed if w.number == number), "")
    return view.words("window_named" if name else "window", number=number, name=name)


def _clerk_name(view: View) -> str:
    window, catalogue = view.state.window, view.state.catalogue
    assert window is not None
    cards = catalogue.clerks if catalogue else ()
    name = next((c.name for c in cards if c.badge == window.clerk), window.clerk or "")
    return view.words("clerk", name=name, letter=window.letter or "")


def _banner(view: View, box: Box) -> Iterator[Item]:
    yield Panel(box, AMBER)
    sign, words = box.inset(view.px(20), view.px(8)).left(view.px(34))
    yield Sign(Shape.WARNING, sign.middle(sign.h, sign.h), WHITE)
    words = Box(words.x + view.px(8), words.y, words.w - view.px(8), words.h)
    yield Text(view.words("hub_away"), words, view.px(22), WHITE, bold=True, least=view.px(14))


def _message(view: View, box: Box) -> Iterator[Item]:
    said = view.state.said
    if said is None:
        yield Panel(box, PALE_BLUE)
        yield Text(_hint(view), box.inset(view.px(20), 0), view.px(22), SOFT_INK, least=view.px(14))
        return
    fill, ink, shape = TONES[said.tone]
    yield Panel(box, fill)
    sign, words = box.inset(view.px(20), view.px(9)).left(view.px(32))
    yield Sign(shape, sign, ink)
    words = Box(words.x + view.px(10), words.y, words.w - view.px(10), words.h)
    spoken = _spoken(view, said)
    yield Text(spoken, words, view.px(24), ink, bold=True, least=view.px(14))


def _spoken(view: View, said: Said) -> str:
    room = view.refusals if said.room == "refusals" else view.words
    values = dict(said.values)
    sentence = room(said.key, **values)
    until = values.get("until")
    return view.words("until", sentence=sentence, time=until) if until else sentence


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
