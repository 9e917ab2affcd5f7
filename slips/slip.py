"""号票 as a value: what stands on the slip of an issued number, fitted to the paper. Pure.

Widths are counted in half-width cells: 32 on 58 mm paper, 48 on 80 mm; a Hanzi takes two.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

from msgspec import Struct

from hall.hours import local
from hall.listed import Named, name_in
from hall.messages import Catalogue, Issued, ListedWindow, ListedZone
from hall.model import WindowNo
from hall.wording import Words

NUMBER_SCALE = 4  # the number is this many times as wide and high as plain text, if the paper allows
HEAD_SCALE = 2
TOKEN_BYTES = 10


class Side(StrEnum):
    """Where a line stands."""

    LEFT = "left"
    CENTRE = "center"  # python-escpos' own word


class Line(Struct, frozen=True):
    """One printed line, already fitted; `scale` multiplies width and height."""

    text: str
    scale: int = 1
    bold: bool = False
    side: Side = Side.LEFT


class Rule(Struct, frozen=True):
    """A line across the paper."""


class Gap(Struct, frozen=True):
    """An empty line."""


class QrCode(Struct, frozen=True):
    """A QR code in the middle."""

    content: str


Part: TypeAlias = Line | Rule | Gap | QrCode


class Slip(Struct, frozen=True):
    """Everything on one slip, top to bottom."""

    parts: tuple[Part, ...]
    columns: int


def slip(issued: Issued, catalogue: Catalogue, words: Words, columns: int, language: str = "zh") -> Slip:
    """The slip of an issued number; a QR code only if the hall has a `follow_url`. Nothing tells who came."""
    when = local(catalogue.utc_offset, issued.issued_at)
    clock = {
        "year": when.year,
        "month": when.month,
        "day": when.day,
        "hour": when.hour,
        "minute": when.minute,
    }
    number_scale = max(1, min(NUMBER_SCALE, columns // max(1, cells(issued.label))))
    parts: list[Part] = [*_lines(catalogue.name, columns, HEAD_SCALE, bold=True, side=Side.CENTRE), Rule()]
    if issued.reprint:
        parts += _lines(words("reprint"), columns, HEAD_SCALE, bold=True, side=Side.CENTRE)
    parts += _lines(words("number"), columns, side=Side.CENTRE)
    parts.append(Line(issued.label, number_scale, bold=True, side=Side.CENTRE))
    listed = [p for p in catalogue.priorities if p.id == issued.priority]
    for name in _names(listed, issued.priority, language):
        parts += _lines(words("priority", name=name), columns, bold=True, side=Side.CENTRE)
    parts.append(Gap())
    for text in _matters(issued, catalogue, words, language):
        parts += _lines(text, columns)
    if windows := place_words(issued.windows, catalogue, words, "list", language):
        parts += _lines(words("windows", windows=windows), columns, bold=True)
    parts += _lines(words("ahead", ahead=issued.ahead), columns)
    if issued.wait_minutes is not None:
        parts += _lines(words("wait", minutes=max(1, round(issued.wait_minutes))), columns)
    parts += _lines(words("time", **clock), columns)
    if issued.closing_soon:
        parts += [Gap(), *_lines(words("closing_soon"), columns, bold=True)]
    if catalogue.follow_url:
        parts += [QrCode(follow_link(issued, catalogue)), *_lines(words("follow"), columns, side=Side.CENTRE)]
    parts.append(Rule())
    for key in ("small_1", "small_2", "small_3"):
        parts += _lines(words(key, calls=catalogue.no_show_calls), columns)
    if catalogue.complaint_phone:
        parts += _lines(words("complaint", phone=catalogue.complaint_phone), columns)
    return Slip(tuple(parts), columns)


def follow_link(issued: Issued, catalogue: Catalogue) -> str:
    """The address in the QR code. Its token is a digest of hall, ticket and moment: the hub can make the same,
    nobody can read or count numbers from it, and it holds nothing of a person."""
    told = f"{catalogue.hall}|{issued.ticket}|{issued.issued_at}".encode()
    token = b32encode(hashlib.blake2s(told, digest_size=TOKEN_BYTES).digest()).decode().lower()
    joint = "&" if "?" in catalogue.follow_url else "?"
    return f"{catalogue.follow_url}{joint}t={token}"


def place_words(windows: tuple[WindowNo, ...], catalogue: Catalogue, words: Words, table: str, language: str) -> str:
    """“A区3、4号窗口”: windows grouped by zone, in the words of `{table}.zone`; empty if there is none."""
    zones = {zone.id: zone for zone in catalogue.zones}
    known = sorted((w for w in catalogue.windows if w.number in windows), key=lambda w: (w.zone, w.number))
    groups = [(zones.get(zone), list(members)) for zone, members in groupby(known, key=lambda w: w.zone)]
    told = [
        words(f"{table}.zone", zone=_zone_name(zone, language), numbers=_numbers(members, words, table))
        for zone, members in groups
    ]
    return words(f"{table}.zone_separator").join(told)


def _numbers(windows: list[ListedWindow], words: Words, table: str) -> str:
    return words(f"{table}.number_separator").join(str(window.number) for window in windows)


def _zone_name(zone: ListedZone | None, language: str) -> str:
    if zone is None:
        return ""
    return name_in(language, zone)


def _matters(issued: Issued, catalogue: Catalogue, words: Words, language: str) -> list[str]:
    """What the matters' lines say: numbered in their order if there are several."""
    wanted = (issued.matter, *issued.further)
    key = "matter" if len(wanted) == 1 else "matter_of"
    return [
        words(key, n=n, matter=name)
        for n, matter in enumerate(wanted, 1)
        for name in _names([m for m in catalogue.matters if m.id == matter], matter, language)
    ]


def _names(listed: Sequence[Named], otherwise: str, language: str) -> list[str]:
    """Its name in the visitor's language, and in Chinese for the clerk who reads the slip; of nothing, none."""
    if not listed:
        return [otherwise] if otherwise else []
    name = listed[0].name
    return [name] if language == "zh" or not listed[0].english else [listed[0].english, name]


# --- fitting ----------------------------------------------------------------------------------------------


def cells(text: str) -> int:
    """Half-width cells a text takes: ASCII one, everything else two, as printers' Chinese fonts have it."""
    return sum(1 if char < "\x80" else 2 for char in text)


def _lines(text: str, columns: int, scale: int = 1, *, bold: bool = False, side: Side = Side.LEFT) -> list[Line]:
    """The text in as many lines as it needs; smaller if one unbroken line at `scale` would not hold it."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    if scale > 1 and cells(clean) * scale > columns:
        scale = 1 if cells(clean) > columns // scale * 2 else scale
    return [Line(part, scale, bold, side) for part in _wrapped(clean, columns // scale)]


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    rest = text.strip()
    while cells(rest) > width:
        cut = _cut(rest, width)
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest] if rest else lines


def _cut(text: str, width: int) -> int:
    """Where to break: between words, not inside one that fits a line; punctuation stays with its word."""
    taken = 0
    while taken < len(text) and cells(text[: taken + 1]) <= width:
        taken += 1
    at = taken
    while at > 1 and (_joined(text[at - 1], text[at]) or text[at] in "，。；：、！？）》”"):
        at -= 1
    return at if at > 1 else max(1, taken)


def _joined(before: str, after: str) -> bool:
    return before < "\x80" and after < "\x80" and not before.isspace() and not after.isspace()
