"""day.csv: who comes on a day, in the order of arrival.

    arrive,matter,priority,patience_min,service_min,rating
    09:02:10,id-card,,45,3.5,5

`arrive`: local business time, HH:MM or HH:MM:SS · `priority`: a class that the hall gives at the kiosk, the class of
those who have booked, or empty · `patience_min`: so long they wait before they go home · `service_min`: so long they
stand at the window · `rating`: the level they press, 0 for none.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import Final

from msgspec import Struct

from hall.errors import BadFile
from hall.model import MatterId, PriorityId

COLUMNS: Final = ("arrive", "matter", "priority", "patience_min", "service_min", "rating")
TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
PRIORITY: Final = re.compile(r"[a-z0-9-]*")
MOST_MINUTES: Final = 600.0
MOST_MISTAKES: Final = 50  # told one by one; a file in the wrong format has one in each line
MOST_BYTES: Final = 8 << 20


class Arrival(Struct, frozen=True, kw_only=True):
    """One who comes: `line` of the file, `arrive` in seconds since local midnight."""

    line: int
    arrive: int
    matter: MatterId
    priority: str
    patience_min: float
    service_min: float
    rating: int


def read_day(path: Path, matters: Collection[MatterId], classes: Collection[PriorityId] = ()) -> tuple[Arrival, ...]:
    """The arrivals of a file, in order of time; `classes`: those that somebody may have. Raises BadFile with every
    mistake and its line."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise BadFile((f"{path}: cannot be read: {error.strerror}",)) from error
    except UnicodeDecodeError as error:
        raise BadFile((f"{path.name}: not UTF-8 (byte {error.start}): save it as UTF-8",)) from error
    if len(data) > MOST_BYTES:
        raise BadFile((f"{path.name}: {len(data)} bytes; a day has at most {MOST_BYTES}",))
    return parse_day(path.name, text, matters, classes)


def parse_day(
    name: str, text: str, matters: Collection[MatterId], classes: Collection[PriorityId] = ()
) -> tuple[Arrival, ...]:
    """The arrivals in a text. Raises BadFile."""
    rows = csv.reader(io.StringIO(text, newline=""))
    head = [cell.strip() for cell in next(rows, [])]
    if tuple(head) != COLUMNS:
        wanted = ",".join(COLUMNS)
        raise BadFile((f"{name}:1: the first line must be {wanted} (found {','.join(head)[:80] or 'nothing'})",))
    mistakes: list[str] = []
    arrivals: list[Arrival] = []
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                found = _arrival(rows.line_num, [cell.strip() for cell in row], matters, classes)
                if isinstance(found, Arrival):
                    arrivals.append(found)
                else:
                    mistakes += [f"{name}:{rows.line_num}: {mistake}" for mistake in found]
    except csv.Error as error:
        mistakes.append(f"{name}:{rows.line_num}: not CSV: {error}")
    if not arrivals and not mistakes:
        mistakes.append(f"{name}: nobody comes: a line for each arrival follows the first")
    if mistakes:
        more = len(mistakes) - MOST_MISTAKES
        told = mistakes[:MOST_MISTAKES] + ([f"{name}: and {more} more"] if more > 0 else [])
        raise BadFile(tuple(told))
    return tuple(sorted(arrivals, key=lambda a: (a.arrive, a.line)))


def clock(seconds: float) -> str:
    """`09:02:10` of seconds since midnight."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _arrival(
    line: int, row: list[str], matters: Collection[MatterId], classes: Collection[PriorityId]
) -> Arrival | list[str]:
    if len(row) != len(COLUMNS):
        return [f"{len(COLUMNS)} columns are wanted, found {len(row)}"]
    mistakes: list[str] = []
    arrive, matter, priority = row[:3]
    time = TIME.fullmatch(arrive)
    if time is None:
        mistakes.append(f"arrive: HH:MM or HH:MM:SS (found {arrive!r})")
    if matter not in matters:
        mistakes.append(f"matter: the hall has no {matter!r}{_hint(matter, matters)}")
    if not PRIORITY.fullmatch(priority):
        mistakes.append(f"priority: a class of a–z, 0–9 and -, or empty (found {priority!r})")
    elif priority and priority not in classes:
        mistakes.append(f"priority: nobody is given {priority!r} at the kiosk{_hint(priority, classes)}")
    patience = _minutes("patience_min", row[3], mistakes)
    service = _minutes("service_min", row[4], mistakes)
    if row[5] not in ("0", "1", "2", "3", "4", "5"):
        mistakes.append(f"rating: 1 to 5, or 0 for none (found {row[5]!r})")
    if mistakes:
        return mistakes
    assert time is not None
    hours, minutes, seconds = (int(part or 0) for part in time.groups())
    return Arrival(
        line=line,
        arrive=hours * 3600 + minutes * 60 + seconds,
        matter=matter,
        priority=priority,
        patience_min=patience,
        service_min=service,
        rating=int(row[5]),
    )


def _hint(found: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(found, list(known), n=1)
    some = f"; there are: {', '.join(known)}" if 0 < len(known) < 9 else ""
    return f"; did you mean {close[0]!r}?" if close else some


def _minutes(column: str, told: str, mistakes: list[str]) -> float:
    try:
        minutes = float(told)
    except ValueError:
        minutes = -1.0
    if not 0 <= minutes <= MOST_MINUTES:  # a NaN is neither
        mistakes.append(f"{column}: minutes, 0 to {MOST_MINUTES:g} (found {told!r})")
    return minutes
