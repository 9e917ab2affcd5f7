"""What every page of the guide desk shares: header, the four modes, banners, the message line, names. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from guidedesk.values import ARRANGING, FIRST_PAGE, GuideDesk, Mode, PageName
from hall.devices import trouble_words
from hall.hours import local
from hall.listed import Named, matter_name, name_in
from hall.messages import AlertState
from hall.model import AlertKind, Instant, MatterId, PriorityId, ZoneId
from hall.wording import Words
from screen.bands import AWAY, TONES, Band, band
from screen.colours import (
    AMBER,
    BLUE,
    GREEN,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREEN,
    RED,
    SOFT_INK,
    WHITE,
)
from screen.layout import Box, scaled
from screen.page import MAIN, PLAIN, Align, Button, Item, Look, Panel, Shape, Text
from slips.values import PRINTS

DESIGN = (1280, 800)  # pixels that the sizes below are meant for; smaller and larger screens scale
DANGER = Look(fill=RED, ink=WHITE, second=WHITE, edge=RED)
MODE_KEYS = {
    Mode.ISSUE: "F1",
    Mode.CHECK_IN: "F10",
    Mode.FIND: "F2",
    Mode.ARRANGE: "F11",
    Mode.ALERTS: "F3",
    Mode.EMERGENCY: "F4",
}
MODE_OF = {
    **{page: mode for mode, page in FIRST_PAGE.items()},
    **dict.fromkeys((PageName.MATTERS, PageName.CONFIRM, PageName.CLASSES, PageName.WHO, PageName.ISSUED), Mode.ISSUE),
    **dict.fromkeys(ARRANGING, Mode.ARRANGE),
    PageName.FOUND: Mode.FIND,
    **dict.fromkeys((PageName.ZONES, PageName.SURE), Mode.EMERGENCY),
}


class View(Struct, frozen=True, kw_only=True):
    """All a page is drawn from."""

    state: GuideDesk
    now: Instant | None
    size: tuple[int, int]
    words: Words
    refusals: Words
    language: str = "zh"

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence of that key."""
        return self.words(key, **values)

    def px(self, pixels: float) -> int:
        """Pixels of the design, on this screen."""
        return scaled(pixels, self.size, DESIGN)

    def named(self, listed: Named) -> str:
        """Its name in the screen's language, the Chinese one if it has no other."""
        return name_in(self.language, listed)

    def matter(self, matter: MatterId) -> str:
        """The matter's name; its id if the catalogue has lost it."""
        return matter_name(self.state.catalogue, matter, self.language)

    def matters(self, *ids: MatterId) -> str:
        """Their names in a row."""
        return self("list").join(self.matter(one) for one in ids)

    def priority(self, priority: PriorityId) -> str:
        """The name of a class; its id if the catalogue has lost it."""
        listed = self.state.catalogue.priorities if self.state.catalogue else ()
        return next((self.named(p) for p in listed if p.id == priority), priority)

    def zone(self, zone: ZoneId | None) -> str:
        """The zone's name; None is the whole hall."""
        if zone is None:
            return self("all_zones")
        listed = self.state.catalogue.zones if self.state.catalogue else ()
        return next((name_in(self.language, z) for z in listed if z.id == zone), zone)

    def time(self, at: Instant) -> str:
        """`HH:MM` at the hall."""
        catalogue = self.state.catalogue
        return local(catalogue.utc_offset if catalogue else "+08:00", at).strftime("%H:%M")


def framed(view: View) -> tuple[Box, list[Item]]:
    """The room left for the page's own, and everything around it."""
    header, rest = Box(0, 0, *view.size).top(view.px(64))
    modes, rest = rest.top(view.px(92))
    message, rest = rest.foot(view.px(52))
    items: list[Item] = [*_header(view, header), *_modes(view, modes), *_message(view, message)]
    for words, look in _banners(view):
        banner, rest = rest.top(view.px(44))
        items += band(banner, banner.inset(view.px(24), view.px(8)), look, words, view.px(23), view.px(14))
    return rest.inset(view.px(24), view.px(14)), items


def alert_words(view: View, alert: AlertState) -> str:
    """What an alert is about, for people."""
    detail = alert.detail
    if alert.kind is AlertKind.DEVICE:
        detail = trouble_words(view.words, detail)
    return view(f"alert.{alert.kind}", subject=alert.subject, detail=detail).strip()


def _header(view: View, box: Box) -> Iterator[Item]:
    state = view.state
    yield Panel(box, BLUE)
    inner = box.inset(view.px(24), view.px(8))
    clock, inner = inner.right_strip(view.px(110))
    if view.now is not None and state.catalogue is not None:
        yield Text(view.time(view.now), clock, view.px(30), WHITE, True, Align.RIGHT)
    chip, inner = inner.right_strip(view.px(300))
    stands = "none" if state.printer is None else state.printer.value
    good = state.printer in PRINTS
    fill, ink = (PALE_GREEN, GREEN) if good else (PALE_AMBER, AMBER)
    place = chip.inset(view.px(14), view.px(3))
    yield Panel(place, fill, None, place.h // 2)
    words = place.inset(view.px(14), 0)
    yield Text(view(f"printer.{stands}"), words, view.px(22), ink, True, Align.CENTRE, least=view.px(13))
    hall = state.catalogue.name if state.catalogue else ""
    title = view("title.named", hall=hall) if hall else view("title.desk")
    yield Text(title, inner, view.px(30), WHITE, bold=True, least=view.px(18))


def _modes(view: View, box: Box) -> Iterator[Item]:
    state = view.state
    yield Panel(box, PALE_BLUE)
    inner = box.inset(view.px(24), view.px(10))
    urgent = any(a.kind is AlertKind.STAFF_CALL for a in state.alerts)
    for (mode, key), place in zip(MODE_KEYS.items(), inner.columns(len(MODE_KEYS), view.px(16)), strict=True):
        count = len(state.alerts) if mode is Mode.ALERTS else len(state.emergencies) if mode is Mode.EMERGENCY else 0
        label = view("mode.counted", name=view(f"mode.{mode}"), count=count) if count else view(f"mode.{mode}")
        look = MAIN if MODE_OF.get(state.page) is mode else PLAIN
        if (mode is Mode.ALERTS and urgent) or (mode is Mode.EMERGENCY and count):
            look = DANGER
        ready = state.page is not PageName.STARTING
        yield Button(f"mode:{mode}", label, place, view.px(27), key, look, enabled=ready)


def _banners(view: View) -> Iterator[tuple[str, Band]]:
    state = view.state
    if not state.hub_here and state.catalogue is not None:
        yield view("banner.hub_away"), AWAY
    calls = [a.subject for a in state.alerts if a.kind is AlertKind.STAFF_CALL]
    if calls and state.page is not PageName.ALERTS:
        yield view("banner.staff_call", windows=view("list").join(calls)), Band(RED, WHITE, Shape.WARNING)
    if state.emergencies and state.page is not PageName.EMERGENCY:
        zones = view("list").join(view.zone(e.zone) for e in state.emergencies)
        yield view("banner.emergency", zones=zones), Band(RED, WHITE, Shape.SOUND)


def _message(view: View, box: Box) -> Iterator[Item]:
    said = view.state.said
    if said is None:
        yield Panel(box, PALE_BLUE)
        hint = view(f"hint.{view.state.page}")
        yield Text(hint, box.inset(view.px(24), 0), view.px(22), SOFT_INK, least=view.px(14))
        return
    words = said.sentence(view.words, view.refusals)
    yield from band(box, box.inset(view.px(24), view.px(9)), TONES[said.tone], words, view.px(24), view.px(14))
