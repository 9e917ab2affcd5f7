"""The rules that hall files are judged by: a value → the mistakes in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias

from hall.checked import Rule
from hall.hours import offset_minutes
from hall.model import CaseType, Guide, Holidays, Matter, Role, Station, Window
from hall.topics import ID

CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
Found: TypeAlias = Iterator[tuple[str, str]]


def must(good: Callable[[Any], object], reason: str, show: bool = True) -> Rule:
    def rule(value: Any) -> Found:
        if not good(value):
            yield "", f"{reason} (found {value!r})" if show else reason

    return rule


def from_to(low: int, high: int) -> Rule:
    return must(lambda value: low <= value <= high, f"{low} to {high}")


def each(rule: Rule) -> Rule:
    def rule_of_all(values: Sequence[Any]) -> Found:
        for i, value in enumerate(values):
            yield from ((f"[{i}]{at}", reason) for at, reason in rule(value))

    return rule_of_all


def all_of(*rules: Rule) -> Rule:
    return lambda value: [found for rule in rules for found in rule(value)]


def one_of(reason: str, known: frozenset[Hashable] | None) -> Rule:
    def rule(value: Hashable | None) -> Found:
        if known is not None and value is not None and value not in known:
            close = difflib.get_close_matches(str(value), [str(k) for k in known], n=1)
            yield "", f"{reason} {value!r}" + (f"; did you mean {close[0]!r}?" if close else "")

    return rule


def once(values: Sequence[Hashable]) -> Found:
    for i, value in enumerate(values):
        if value in values[:i]:
            yield f"[{i}]", f"{value} stands in this list already"


some = must(len, "at least one", show=False)
an_id = must(ID.fullmatch, "an id is of a–z, 0–9 and - between them, at most 40 long")
series = must(lambda s: s is None or re.fullmatch("[A-Z]{1,2}", s), "one or two capitals")


clock = must(CLOCK.fullmatch, "times look like 09:00")


def each_once(field: str) -> Rule:
    def rule(rows: Sequence[Any]) -> Found:
        values = [getattr(row, field) for row in rows]
        for i, value in enumerate(values):
            if value in values[:i]:
                yield f"[{i}].{field}", f"{value!r} stands in this list already"

    return rule


def levels(window: Window) -> Found:
    """A window serves something, and each matter in one way."""
    if not (window.serves or window.delegated):
        yield ".serves", "at least one"
    for name, others in (("delegated", window.serves), ("helps", (*window.serves, *window.delegated))):
        for i, matter in enumerate(getattr(window, name)):
            if matter in others:
                yield f".{name}[{i}]", f"{matter} is served by this window already"


def is_phone(text: str) -> bool:
    return sum(c in "0123456789" for c in text) >= 3


def is_url(text: str) -> bool:
    return not text or re.fullmatch(r"https?://[^\s/]\S*", text) is not None


def is_offset(text: str) -> bool:
    return re.fullmatch(r"[+-][0-9]{2}:[0-5][0-9]", text) is not None and abs(offset_minutes(text)) <= 14 * 60


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text  # Python also reads 20261001, which would equal no day
    except ValueError:
        return False


def promise(guide: Guide) -> Found:
    if guide.promised_days > guide.statutory_days:
        yield ".promised_days", f"{guide.promised_days} days promised, {guide.statutory_days} allowed by law"


def same_day(matter: Matter) -> Found:
    if matter.case is CaseType.IMMEDIATE and matter.guide.promised_days > 0:
        days = matter.guide.promised_days
        yield ".guide.promised_days", f"an immediate case is done the same day, 0 (found {days})"


def calls_somewhere(station: Station) -> Found:
    if Role.CALLER in station.roles and not station.windows:
        yield ".windows", "a caller needs the windows it speaks for"


def periods(periods: Sequence[tuple[str, str]]) -> Found:
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


def holidays(holidays: Holidays) -> Found:
    for name, days in (("off", holidays.off), ("working", holidays.working)):
        for i, day in enumerate(days):
            if is_date(day) and int(day[:4]) not in holidays.years:
                yield f".{name}[{i}]", f"{day}: its year is not in holidays.years"
    for i, day in enumerate(holidays.working):
        if day in holidays.off:
            yield f".working[{i}]", f"{day} is among the days off too"
