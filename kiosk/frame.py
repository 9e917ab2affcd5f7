"""What every page of the kiosk shares: sizes, header, footer, and names in the visitor's language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hall.hours import day_of, local
from hall.listed import name_in
from hall.messages import ListedDepartment, ListedMatter, ListedPriority
from hall.model import Instant
from hall.wording import Words
from kiosk.values import Kiosk
from screen.colours import BLUE, DEEP_BLUE, INK, PALE_BLUE, WHITE
from screen.layout import Box, scaled
from screen.page import Align, Button, Item, Look, Panel, Shape, Sign, Text

# A 24-inch panel of 1080×1920 has 92 pixels an inch, so 1 dp (1/160 inch) is 0.57 px: body text of 30 dp is 17 px, a
# target of 60 dp is 35 px. People stand 60 cm away: nothing is below 26 px of text and 92 px of target there.
# 1024×768 at 15 inches has 85 pixels an inch (16 px and 32 px): nothing is below 19 px and 64 px.
BODY = 34
SMALL = 30
TITLE = 64
CHOICE = 46
LEAF_PORTRAIT = (8, 1)  # rows, columns
LEAF_LANDSCAPE = (3, 2)


class Room(Struct, frozen=True):
    """A state to be drawn at a size, with the words of every language by its code."""

    state: Kiosk
    words: Mapping[str, Words]
    refusals: Mapping[str, Words]
    size: tuple[int, int]

    @property
    def portrait(self) -> bool:
        return self.size[1] > self.size[0]

    def px(self, designed: float) -> int:
        """Pixels of a measure designed for 1080×1920."""
        return scaled(designed, self.size, (1080, 1920) if self.portrait else (1280, 960))

    def __call__(self, key: str, **values: object) -> str:
        """The sentence in the visitor's language."""
        return self.words[self.state.language](key, **values)

    def refusal(self, code: str) -> str:
        """Why the hub refused, in the visitor's language."""
        return self.refusals[self.state.language](code)

    def name(self, item: ListedDepartment | ListedMatter | ListedPriority) -> str:
        """Its name in the visitor's language; every language but Chinese falls back on English."""
        return name_in(self.state.language, item)

    def other_name(self, item: ListedDepartment | ListedMatter | ListedPriority) -> str:
        """Its name in the second language of the signs, if there is one."""
        other = item.english if self.state.language == "zh" else item.name
        return other if other != self.name(item) else ""

    def time(self, at: Instant) -> str:
        """“今天 13:00” or “11月24日 08:50”."""
        catalogue, opening = self.state.catalogue, self.state.opening
        offset = catalogue.utc_offset if catalogue else "+08:00"
        when = local(offset, at)
        today = opening is not None and day_of(offset, at) == opening.day
        values = {"year": when.year, "month": when.month, "day": when.day, "hour": when.hour, "minute": when.minute}
        return self("time.same_day" if today else "time.other_day", **values)


def leaf_grid(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of choices on a screen of that size."""
    return LEAF_PORTRAIT if size[1] > size[0] else LEAF_LANDSCAPE


def framed(room: Room) -> tuple[Box, list[Item]]:
    """The room left between header and footer, and these two."""
    whole = Box(0, 0, *room.size)
    header, rest = whole.top(room.px(170 if room.portrait else 140))
    footer, body = rest.foot(room.px(124 if room.portrait else 104))
    return body.inset(room.px(56), room.px(30 if room.portrait else 18)), [
        *_header(room, header),
        *_footer(room, footer),
    ]


def _header(room: Room, box: Box) -> list[Item]:
    inner = box.inset(room.px(56), room.px(26 if room.portrait else 16))
    corner, rest = inner.right_strip(room.px(240))
    name = room.state.catalogue.name if room.state.catalogue else ""
    upper, lower = rest.top(round(rest.h * 0.62)) if name else (rest.top(0)[0], rest)
    items: list[Item] = [
        Panel(box, BLUE),
        Panel(Box(box.x, box.bottom - room.px(8), box.w, room.px(8)), DEEP_BLUE),
        Text(name, upper, room.px(52), WHITE, bold=True, least=room.px(32)),
        Text(room("head.title"), lower, room.px(32 if name else 52), WHITE, bold=not name),
    ]
    languages = room.state.languages
    if len(languages) > 1:
        following = languages[(languages.index(room.state.language) + 1) % len(languages)]
        look = Look(fill=BLUE, ink=WHITE, second=WHITE, edge=WHITE)
        label = room.words[following]("language.name")
        place = corner.right_strip(room.px(220))[0].middle(room.px(220), room.px(96))
        items.append(Button(f"language:{following}", label, place, room.px(38), look=look))
    return items


def _footer(room: Room, box: Box) -> list[Item]:
    inner = box.inset(room.px(56), room.px(12))
    side = room.px(60)
    sign, words = inner.left(side, room.px(24))
    items: list[Item] = [Panel(box, PALE_BLUE), Sign(Shape.PERSON, sign.middle(side, side), BLUE)]
    phone = room.state.catalogue.complaint_phone if room.state.catalogue else ""
    if phone:
        told, words = words.right_strip(room.px(240))
        text = room("foot.phone", phone=phone)
        items.append(Text(text, told, room.px(SMALL), INK, align=Align.RIGHT, least=room.px(26)))
    items.append(Text(room("foot.help"), words, room.px(SMALL), INK, least=room.px(26)))
    return items


def heading(room: Room, body: Box, title: str, hint: str) -> tuple[list[Item], Box]:
    """What the page is about and what to do there, and the room below."""
    upper, rest = body.top(room.px(104))
    lower, rest = rest.top(room.px(72))
    return [
        Text(title, upper, room.px(TITLE), INK, bold=True, least=room.px(44)),
        Text(hint, lower, room.px(BODY), BLUE, least=room.px(28)),
    ], rest.foot(rest.h - room.px(14))[0]


def reprint_button(room: Room, place: Box) -> Button:
    """For one whose slip did not come, or was taken by another."""
    given = room.state.given
    label = room("button.reprint", label=given.issued.label if given else "")
    return Button("reprint", label, place, room.px(BODY), shape=Shape.PAPER)
