"""What a hall file may say: the rules of single fields, and what only several rows together can show."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from msgspec import Struct

from hall.checked import SECRET, Mistakes, Rule, Rules
from hall.hours import offset_minutes
from hall.model import (
    CaseType,
    Clerk,
    Department,
    Guide,
    Hall,
    Holidays,
    Hours,
    Material,
    Matter,
    Policy,
    Post,
    Role,
    Station,
    Step,
    Window,
    Zone,
)
from hall.photo import is_photo
from hall.pin import unfit
from hall.topics import ID, RESERVED

CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
NEEDED = ("departments", "matters", "zones", "windows")  # a hall has at least one of each
Found: TypeAlias = Iterator[tuple[str, str]]


class Row(Struct, frozen=True):
    """One row of a list as a file tells it, right or wrong, and its place: file and path."""

    at: str
    data: object


class Told(Struct, frozen=True):
    """Every row of every list; `complete` is False where rows may be missing: a file was unreadable."""

    rows: Mapping[str, Sequence[Row]]
    complete: bool

    def known(self, kind: str, key: str) -> frozenset[Hashable] | None:
        """What the rows of `kind` have under `key`; None if wrong rows make that unknowable."""
        rows = self.rows.get(kind)
        if not self.complete or rows is None or (kind in NEEDED and not rows):
            return None
        found = [value for _, (value,) in self.under(kind, key)]
        # An id that stands twice is often the wrong copy of one that is missing.
        return frozenset(found) if len(set(found)) == len(rows) else None

    def under(self, kind: str, *keys: str) -> list[tuple[str, tuple[Hashable, ...]]]:
        """Place and values of `keys` in every row of `kind`, right or wrong, that tells them all."""
        return [
            (row.at, tuple(row.data[key] for key in keys))
            for row in self.rows.get(kind, ())
            if isinstance(row.data, dict) and all(_is_told(key, row.data.get(key)) for key in keys)
        ]


def _is_told(key: str, value: object) -> bool:
    if key in ("number", "window"):
        return type(value) is int
    return isinstance(value, str) and value.strip() != ""


def field_rules(told: Told) -> Rules:
    """The rules of every field of a hall, its references checked against the rows told."""
    department = _one_of("no department", told.known("departments", "id"))
    matters = _each(_one_of("no matter", told.known("matters", "id")))
    zone = _one_of("no zone", told.known("zones", "id"))
    window = _one_of("no window", told.known("windows", "number"))
    badge = _one_of("no clerk with badge", told.known("clerks", "badge"))
    at_least_one = _some if told.complete else _all()
    return {
        (Hall, "id"): _id,
        (Hall, "utc_offset"): _must(_is_offset, "must look like +08:00, at most 14 hours"),
        (Hall, "follow_url"): _must(_is_url, "must begin with http:// or https:// and hold no space"),
        (Hall, "complaint_phone"): _must(lambda phone: not phone or _is_phone(phone), "is no phone number"),
        **{(Hall, kind): at_least_one for kind in NEEDED},
        (Department, "id"): _id,
        (Department, "series"): _series,
        (Department, "head"): lambda head: badge(head) if head else [],
        (Zone, "id"): _id,
        (Matter, "id"): _id,
        (Matter, "department"): department,
        (Matter, "series"): _series,
        (Matter, "minutes"): _must(lambda m: 0 < m <= 480, "above 0, at most 480"),
        (Matter, ""): _same_day,
        (Guide, "conditions"): _some,
        (Guide, "steps"): _some,
        (Guide, "statutory_days"): _from_to(0, 730),
        (Guide, "promised_days"): _from_to(0, 730),
        (Guide, ""): _promise,
        (Material, "originals"): _from_to(0, 99),
        (Material, "copies"): _from_to(0, 99),
        (Material, ""): _must(lambda m: m.originals or m.copies, "neither an original nor a copy", show=False),
        (Step, "phone"): _must(_is_phone, "is no phone number"),
        (Window, "number"): _from_to(1, 127),
        (Window, "zone"): zone,
        (Window, "serves"): _all(_some, _once, matters),
        (Clerk, "badge"): _must(lambda b: re.fullmatch("[0-9]{3,8}", b), "3 to 8 digits"),
        (Clerk, "pin"): lambda pin: [("", reason) for reason in (unfit(pin),) if reason],
        (Clerk, "photo"): _must(lambda p: not p or is_photo(p), "a bare file name such as 101.png or 101.jpg, no path"),
        (Post, "window"): window,
        (Post, "badge"): badge,
        (Station, "id"): _all(_id, _must(lambda s: s not in RESERVED, "is an id of the hall's own")),
        (Station, "roles"): _all(_some, _once),
        (Station, "windows"): _all(_once, _each(window)),
        (Station, "zone"): zone,
        (Station, ""): _calls_somewhere,
        (Hours, "taking"): _all(_some, _periods),
        (Hours, "calling"): _all(_some, _periods),
        (Hours, "weekdays"): _all(_some, _once, _each(_must(lambda d: 1 <= d <= 7, "1 (Monday) to 7"))),
        (Hours, "closing_soon_minutes"): _from_to(0, 240),
        (Holidays, "years"): _all(_once, _each(_from_to(2000, 2999))),
        (Holidays, "off"): _all(_once, _each(_must(_is_date, "a date looks like 2026-10-01"))),
        (Holidays, "working"): _all(_once, _each(_must(_is_date, "a date looks like 2026-10-01"))),
        (Holidays, ""): _holidays,
        **{(Policy, name): _from_to(low, high) for name, low, high in FIGURES},
    }


FIGURES = (
    ("reserve_s", 1, 600),
    ("reprint_s", 0, 3600),
    ("undo_s", 0, 120),
    ("calls_before_no_show", 1, 9),
    ("announce_repeats", 1, 5),
    ("announce_valid_s", 5, 600),
    ("pin_failures", 1, 20),
    ("pin_lock_minutes", 1, 1440),
    ("number_digits", 2, 5),
)


# What may stand once only, alone or together.
UNIQUE = (
    ("departments", ("id",)),
    ("departments", ("name",)),
    ("matters", ("id",)),
    ("matters", ("department", "name")),
    ("zones", ("id",)),
    ("zones", ("name",)),
    ("windows", ("number",)),
    ("clerks", ("badge",)),
    ("clerks", ("pin",)),  # a copied verifier is a shared PIN
    ("posts", ("window", "letter")),
    ("posts", ("window", "badge")),
    ("stations", ("id",)),
)


def check_together(told: Told, mistakes: Mistakes) -> None:
    """What no row alone shows: ids, names and posts that stand twice, and matters that no window serves."""
    for kind, keys in UNIQUE:
        first: dict[tuple[Hashable, ...], str] = {}
        for at, values in told.under(kind, *keys):
            if values in first:
                shown = " and ".join(
                    key if key in SECRET else f"{key} {v!r}" for key, v in zip(keys, values, strict=True)
                )
                mistakes.tell(at, f"{shown} stands in {first[values]} already")
            first.setdefault(values, at)
    _tell_unserved(told, mistakes)


def _tell_unserved(told: Told, mistakes: Mistakes) -> None:
    lists = [row.data.get("serves") for row in told.rows.get("windows", ()) if isinstance(row.data, dict)]
    readable = [names for names in lists if isinstance(names, list) and all(isinstance(n, str) for n in names)]
    if not told.complete or not readable or len(readable) < len(told.rows["windows"]):
        return  # who serves what is not known
    served = {name for names in readable for name in names}
    strays = served - {matter for _, (matter,) in told.under("matters", "id")}
    for at, (matter,) in told.under("matters", "id"):
        # A name misspelt among the served is told there.
        if matter not in served and not difflib.get_close_matches(str(matter), strays):
            mistakes.tell(at, f"no window serves {matter!r}")


# --- rules: a value → the mistakes in it --------------------------------------------------------------------


def _must(good: Callable[[Any], object], reason: str, show: bool = True) -> Rule:
    def rule(value: Any) -> Found:
        if not good(value):
            yield "", f"{reason} (found {value!r})" if show else reason

    return rule


def _from_to(low: int, high: int) -> Rule:
    return _must(lambda value: low <= value <= high, f"{low} to {high}")


def _each(rule: Rule) -> Rule:
    def rule_of_all(values: Sequence[Any]) -> Found:
        for i, value in enumerate(values):
            yield from ((f"[{i}]{at}", reason) for at, reason in rule(value))

    return rule_of_all


def _all(*rules: Rule) -> Rule:
    return lambda value: [found for rule in rules for found in rule(value)]


def _one_of(reason: str, known: frozenset[Hashable] | None) -> Rule:
    def rule(value: Hashable | None) -> Found:
        if known is not None and value is not None and value not in known:
            close = difflib.get_close_matches(str(value), [str(k) for k in known], n=1)
            yield "", f"{reason} {value!r}" + (f"; did you mean {close[0]!r}?" if close else "")

    return rule


def _once(values: Sequence[Hashable]) -> Found:
    for i, value in enumerate(values):
        if value in values[:i]:
            yield f"[{i}]", f"{value} stands in this list already"


_some = _must(len, "at least one", show=False)
_id = _must(ID.fullmatch, "an id is of a–z, 0–9 and - between them, at most 40 long")
_series = _must(lambda s: s is None or re.fullmatch("[A-Z]{1,2}", s), "one or two capitals")


def _is_phone(text: str) -> bool:
    return sum(c in "0123456789" for c in text) >= 3


def _is_url(text: str) -> bool:
    return not text or re.fullmatch(r"https?://[^\s/]\S*", text) is not None


def _is_offset(text: str) -> bool:
    return re.fullmatch(r"[+-][0-9]{2}:[0-5][0-9]", text) is not None and abs(offset_minutes(text)) <= 14 * 60


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # Python also reads 20261001, which would equal no day
    except ValueError:
        return False


def _promise(guide: Guide) -> Found:
    if guide.promised_days > guide.statutory_days:
        yield ".promised_days", f"{guide.promised_days} days promised, {guide.statutory_days} allowed by law"


def _same_day(matter: Matter) -> Found:
    if matter.case is CaseType.IMMEDIATE and matter.guide.promised_days > 0:
        days = matter.guide.promised_days
        yield ".guide.promised_days", f"an immediate case is done the same day, 0 (found {days})"


def _calls_somewhere(station: Station) -> Found:
    if Role.CALLER in station.roles and not station.windows:
        yield ".windows", "a caller needs the windows it speaks for"


def _periods(periods: Sequence[tuple[str, str]]) -> Found:
    end = ""
    for i, (start, stop) in enumerate(periods):
        bad = [t for t in (start, stop) if not CLOCK.fullmatch(t)]
        if bad:
            yield f"[{i}]", f"times look like 09:00 (found {bad[0]!r})"
            continue
        if stop <= start:
            yield f"[{i}]", f"ends ({stop}) before it begins ({start})"
        elif start < end:
            yield f"[{i}]", f"begins ({start}) before the one above ends ({end})"
        end = max(stop, end)


def _holidays(holidays: Holidays) -> Found:
    for name, days in (("off", holidays.off), ("working", holidays.working)):
        for i, day in enumerate(days):
            if _is_date(day) and int(day[:4]) not in holidays.years:
                yield f".{name}[{i}]", f"{day}: its year is not in holidays.years"
    for i, day in enumerate(holidays.working):
        if day in holidays.off:
            yield f".working[{i}]", f"{day} is among the days off too"
