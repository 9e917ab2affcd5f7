"""The pages of a pad with a screen: `page_of(view) -> Page`, and what its buttons and keys mean. Pure."""

from __future__ import annotations

from evaluator.frame import MARGIN, View, badge_words, header, photo, spoken
from evaluator.rating import levels_page, reasons_page
from evaluator.values import (
    Erased,
    Event,
    LevelPressed,
    MoreReasons,
    ReasonPressed,
    Reconsidered,
    Spoken,
    Submitted,
    Typed,
)
from hall.model import DeskState
from screen.colours import (
    AMBER,
    BLUE,
    DEEP_BLUE,
    GREEN,
    INK,
    LINE,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    SOFT_INK,
    WHITE,
    Colour,
)
from screen.layout import Box
from screen.page import Align, Item, Page, Panel, Shape, Sign, Text

CHIPS: dict[DeskState, tuple[Colour, Colour]] = {
    DeskState.CLOSED: (PALE_BLUE, DEEP_BLUE),
    DeskState.PAUSED: (PALE_AMBER, AMBER),
    DeskState.FREE: (PALE_GREEN, GREEN),
    DeskState.CALLING: (PALE_BLUE, DEEP_BLUE),
    DeskState.SERVING: (PALE_BLUE, DEEP_BLUE),
}


def page_of(view: View) -> Page:
    """The page of what the flow knows."""
    state = view.state
    windows = state.catalogue.windows if state.catalogue else ()
    if state.asking is not None:
        return levels_page(view, state.asking) if state.asking.chosen is None else reasons_page(view, state.asking)
    if state.thanked is not None:
        return _thanks(view)
    if windows and all(w.number != state.settings.window for w in windows):
        return _told(view, "misplaced", Shape.WARNING)
    if state.window is None:
        return _told(view, "starting", Shape.DOTS)
    return _card(view, state.window.state)


def event_of(button: str) -> Event | None:
    """What a press of a button means."""
    kind, _, which = button.partition(":")
    match kind:
        case "level":
            return LevelPressed(int(which))
        case "reason":
            return ReasonPressed(int(which))
        case "more":
            return MoreReasons()
        case "again":
            return Reconsidered()
        case "submit":
            return Submitted()
    return None


def event_of_key(key: str) -> Event | None:
    """What a key of a keyboard means: characters and backspace. Return does nothing, for it is hit too easily."""
    if key == "backspace":
        return Erased()
    return Typed(key) if len(key) == 1 else None


# --- pages --------------------------------------------------------------------------------------------------


def _hall(view: View) -> str:
    return view.state.catalogue.name if view.state.catalogue else view.words("no_hall")


def _card(view: View, desk: DeskState) -> Page:
    """公示牌 (seed §(八)3): whoever is signed in."""
    items, rest = header(view, _hall(view))
    foot, rest = rest.foot(view.px(60))
    items += _foot(view, foot)
    window = view.state.window
    assert window is not None
    card = view.card(window.clerk)
    inner = rest.inset(view.px(40), view.px(28))
    items.append(Panel(inner, WHITE, LINE, view.px(18), view.px(2)))
    inner = inner.inset(view.px(36), view.px(32))
    frame, text = inner.left(round(inner.h * 0.76), view.px(44))
    items.append(photo(view, card, frame))
    chip, text = text.foot(view.px(64))
    if card is None:
        items.append(Text(view.words("card.no_clerk"), text, view.px(64), SOFT_INK, bold=True, least=view.px(36)))
    else:
        above, text = text.top(view.px(44))
        name, below = text.top(round(text.h * 0.5))
        badge, title = below.rows(2)
        words = badge_words(view, card, window.letter)
        items += [
            Text(view.words("card.courtesy"), above, view.px(28), SOFT_INK, least=view.px(20)),
            Text(card.name or card.badge, name, view.px(96), INK, bold=True, least=view.px(44)),
            Text(words, badge, view.px(40), DEEP_BLUE, bold=True, least=view.px(24)),
            Text(card.title, title, view.px(32), SOFT_INK, least=view.px(20)),
        ]
    fill, ink = CHIPS[desk]
    chip = chip.left(view.px(230))[0].inset(0, view.px(4))
    items.append(Panel(chip, fill, None, chip.h // 2))
    label = view.words(f"card.{desk}")
    items.append(Text(label, chip.inset(view.px(16), 0), view.px(30), ink, True, Align.CENTRE, least=view.px(20)))
    return Page("card", view.size, tuple(items))


def _foot(view: View, box: Box) -> list[Item]:
    inner = box.inset(view.px(MARGIN), view.px(8))
    if not view.state.hub_here:
        words = view.words("card.away")
        return [
            Panel(box, PALE_AMBER),
            Text(words, inner, view.px(24), AMBER, True, Align.CENTRE, least=view.px(18)),
        ]
    phone = view.state.catalogue.complaint_phone if view.state.catalogue else ""
    words = view.words("card.complaint", phone=phone) if phone else ""
    return [
        Panel(box, PALE_BLUE),
        Text(words, inner, view.px(23), DEEP_BLUE, False, Align.CENTRE, least=view.px(18)),
    ]


def _thanks(view: View) -> Page:
    items, rest = header(view, view.words("title"))
    inner = rest.inset(view.px(60), view.px(48))
    sign, inner = inner.top(round(inner.h * 0.4))
    side = min(sign.h, view.px(150))
    title, inner = inner.top(round(inner.h * 0.42))
    text, said = inner.rows(2)
    disc = sign.middle(side, side)
    size, name = 36, view.words("prompt.thanks")
    wide = view.px(size * (1.1 + 0.9 * len(name)) + 20)
    items += [
        Panel(disc, BLUE, None, side // 2),
        Sign(Shape.TICK, disc.inset(side // 5), WHITE),
        Text(view.words("thanks.title"), title, view.px(68), INK, True, Align.CENTRE, least=view.px(36)),
        Text(view.words("thanks.text"), text, view.px(30), SOFT_INK, False, Align.CENTRE, least=view.px(20)),
        *spoken(view, Spoken.THANKS, said.middle(wide, said.h), size),
    ]
    return Page("thanks", view.size, tuple(items))


def _told(view: View, name: str, shape: Shape) -> Page:
    items, rest = header(view, _hall(view))
    inner = rest.inset(view.px(60), view.px(70))
    sign, inner = inner.top(round(inner.h * 0.45))
    title, text = inner.rows(2)
    side = min(sign.h, view.px(150))
    more = view.words(f"{name}.text", window=view.state.settings.window)
    items += [
        Sign(shape, sign.middle(side, side), AMBER if shape is Shape.WARNING else BLUE),
        Text(view.words(f"{name}.title"), title, view.px(48), INK, True, Align.CENTRE, least=view.px(28)),
        Text(more, text, view.px(30), SOFT_INK, False, Align.CENTRE, least=view.px(20)),
    ]
    return Page(name, view.size, tuple(items))
