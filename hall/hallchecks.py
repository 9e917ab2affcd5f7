"""What a hall file may say: the rules of single fields, and what only several rows together can show."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping, Sequence

from msgspec import Struct

from hall.checked import SECRET, Mistakes, Rules
from hall.jointchecks import check_joint
from hall.model import (
    MOST_MATTERS,
    AlertPolicy,
    BookingPolicy,
    Clerk,
    Department,
    Guide,
    Hall,
    Holidays,
    Hours,
    Joint,
    Material,
    Matter,
    MissPolicy,
    Policy,
    Post,
    Priority,
    Quota,
    Retention,
    Station,
    Step,
    Window,
    Zone,
)
from hall.photo import is_photo
from hall.pin import unfit
from hall.rules import (
    all_of,
    an_id,
    calls_somewhere,
    clock,
    each,
    each_once,
    from_to,
    holidays,
    is_date,
    is_offset,
    is_phone,
    is_url,
    levels,
    must,
    once,
    one_of,
    periods,
    promise,
    same_day,
    series,
    some,
)
from hall.topics import RESERVED

LOGS_DAYS = 183  # six months, whichever they are
NEEDED = ("departments", "matters", "zones", "windows")  # a hall has at least one of each


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
    department = one_of("no department", told.known("departments", "id"))
    matters = each(one_of("no matter", told.known("matters", "id")))
    zone = one_of("no zone", told.known("zones", "id"))
    window = one_of("no window", told.known("windows", "number"))
    badge = one_of("no clerk with badge", told.known("clerks", "badge"))
    at_least_one = some if told.complete else all_of()
    return {
        (Hall, "id"): an_id,
        (Hall, "utc_offset"): must(is_offset, "must look like +08:00, at most 14 hours"),
        (Hall, "follow_url"): must(is_url, "must begin with http:// or https:// and hold no space"),
        (Hall, "complaint_phone"): must(lambda phone: not phone or is_phone(phone), "is no phone number"),
        **{(Hall, kind): at_least_one for kind in NEEDED},
        (Department, "id"): an_id,
        (Department, "series"): series,
        (Department, "head"): lambda head: badge(head) if head else [],
        (Zone, "id"): an_id,
        (Matter, "id"): an_id,
        (Matter, "department"): department,
        (Matter, "series"): series,
        (Matter, "minutes"): must(lambda m: 0 < m <= 480, "above 0, at most 480"),
        (Matter, ""): same_day,
        (Joint, "parts"): all_of(some, once, matters),
        (Joint, "host"): window,
        (Guide, "conditions"): some,
        (Guide, "steps"): some,
        (Guide, "statutory_days"): from_to(0, 730),
        (Guide, "promised_days"): from_to(0, 730),
        (Guide, ""): promise,
        (Material, "originals"): from_to(0, 99),
        (Material, "copies"): from_to(0, 99),
        (Material, ""): must(lambda m: m.originals or m.copies, "neither an original nor a copy", show=False),
        (Step, "phone"): must(is_phone, "is no phone number"),
        (Window, "number"): from_to(1, 127),
        (Window, "zone"): zone,
        (Window, "serves"): all_of(once, matters),
        (Window, "delegated"): all_of(once, matters),
        (Window, "helps"): all_of(once, matters),
        (Window, ""): levels,
        (Clerk, "badge"): must(lambda b: re.fullmatch("[0-9]{3,8}", b), "3 to 8 digits"),
        (Clerk, "pin"): lambda pin: [("", reason) for reason in (unfit(pin),) if reason],
        (Clerk, "photo"): must(lambda p: not p or is_photo(p), "a bare file name such as 101.png or 101.jpg, no path"),
        (Post, "window"): window,
        (Post, "badge"): badge,
        (Post, "since"): must(lambda d: not d or is_date(d), "a date looks like 2026-10-01"),
        (Post, "until"): must(lambda d: not d or is_date(d), "a date looks like 2026-10-01"),
        (Post, ""): must(lambda p: not p.until or p.since <= p.until, "ends before it begins", show=False),
        (Station, "id"): all_of(an_id, must(lambda s: s not in RESERVED, "is an id of the hall's own")),
        (Station, "roles"): all_of(some, once),
        (Station, "windows"): all_of(once, each(window)),
        (Station, "zone"): zone,
        (Station, ""): calls_somewhere,
        (Hours, "taking"): all_of(some, periods),
        (Hours, "calling"): all_of(some, periods),
        (Hours, "on_post"): all_of(some, periods),
        (Hours, "overtime_minutes"): from_to(0, 240),
        (Hours, "weekdays"): all_of(some, once, each(must(lambda d: 1 <= d <= 7, "1 (Monday) to 7"))),
        (Hours, "closing_soon_minutes"): from_to(0, 240),
        (Holidays, "years"): all_of(once, each(from_to(2000, 2999))),
        (Holidays, "off"): all_of(once, each(must(is_date, "a date looks like 2026-10-01"))),
        (Holidays, "working"): all_of(once, each(must(is_date, "a date looks like 2026-10-01"))),
        (Holidays, ""): holidays,
        **{(kind, name): from_to(low, high) for kind, name, low, high in FIGURES},
        (Policy, "priorities"): each_once("id"),
        (Priority, "id"): an_id,
        (Quota, "matter"): one_of("no matter", told.known("matters", "id")),
        (Quota, "begins"): clock,
        (Quota, "ends"): clock,
        (Retention, "at"): clock,
        (Retention, "logs_days"): must(
            lambda d: LOGS_DAYS <= d <= 3650,
            f"{LOGS_DAYS} to 3650 days: the law wants logs of at least six months (网络安全法 21)",
        ),
        (Quota, ""): must(lambda q: q.begins < q.ends, "ends before it begins", show=False),
    }


FIGURES = (
    (Policy, "reserve_s", 1, 600),
    (Policy, "reprint_s", 0, 3600),
    (Policy, "undo_s", 0, 120),
    (Policy, "calls_before_no_show", 1, 9),
    (Policy, "announce_repeats", 1, 5),
    (Policy, "announce_valid_s", 5, 600),
    (Policy, "pin_failures", 1, 20),
    (Policy, "pin_lock_minutes", 1, 1440),
    (Policy, "number_digits", 2, 5),
    (Policy, "overtaken_at_most", 0, 100),
    (Policy, "help_over", 1, 1000),
    (Policy, "matters_at_kiosk", 1, MOST_MATTERS),
    (Priority, "weight_minutes", 0, 240),
    (Priority, "bound", 0, 100),
    (MissPolicy, "pause_s", 0, 600),
    (MissPolicy, "behind", 0, 100),
    (MissPolicy, "kept_minutes", 1, 480),
    (MissPolicy, "times", 0, 9),
    (AlertPolicy, "wait_minutes", 0, 480),
    (AlertPolicy, "waiting", 0, 1000),
    (AlertPolicy, "idle_minutes", 0, 480),
    (AlertPolicy, "unserved_minutes", 0, 480),
    (BookingPolicy, "days_ahead", 1, 20),
    (BookingPolicy, "early_minutes", 0, 240),
    (BookingPolicy, "late_minutes", 0, 240),
    (BookingPolicy, "cancel_hours", 0, 72),
    (Quota, "places", 1, 1000),
    (Retention, "words_days", 1, 3650),
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
    for keys in (("window", "letter"), ("window", "badge")):
        _tell_overlapping(told, keys, mistakes)
    _tell_unserved(told, mistakes)
    if told.complete:
        matters = [(row.at, row.data) for row in told.rows.get("matters", ())]
        check_joint(matters, [row.data for row in told.rows.get("windows", ())], mistakes)


def _tell_overlapping(told: Told, keys: tuple[str, str], mistakes: Mistakes) -> None:
    """Two rows of posts may be the same if one ends before the other begins (两年一定: the history of a post)."""
    seen: dict[tuple[Hashable, ...], list[tuple[str, str, str]]] = {}
    for row in told.rows.get("posts", ()):
        if not isinstance(row.data, dict) or not all(_is_told(key, row.data.get(key)) for key in keys):
            continue
        values = tuple(row.data[key] for key in keys)
        since, until = (str(row.data.get(key) or "") for key in ("since", "until"))
        for at, other_since, other_until in seen.setdefault(values, []):
            if (not until or other_since <= until) and (not other_until or since <= other_until):
                shown = " and ".join(f"{key} {value!r}" for key, value in zip(keys, values, strict=True))
                mistakes.tell(row.at, f"{shown} stands in {at} already")
                break
        seen[values].append((row.at, since, until))


def _tell_unserved(told: Told, mistakes: Mistakes) -> None:
    windows = [row.data for row in told.rows.get("windows", ()) if isinstance(row.data, dict)]
    lists = [[window.get("serves"), window.get("delegated", [])] for window in windows]
    readable = [
        [name for names in both for name in names]
        for both in lists
        if all(isinstance(names, list) and all(isinstance(n, str) for n in names) for names in both)
    ]
    if not told.complete or not readable or len(readable) < len(told.rows["windows"]):
        return  # who serves what is not known
    served = {name for names in readable for name in names}
    strays = served - {matter for _, (matter,) in told.under("matters", "id")}
    for at, (matter,) in told.under("matters", "id"):
        # A name misspelt among the served is told there.
        if matter not in served and not difflib.get_close_matches(str(matter), strays):
            mistakes.tell(at, f"no window serves {matter!r}")
