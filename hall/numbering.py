"""Numbers: series, labels and ids of tickets."""

from __future__ import annotations

import re

from hall.errors import HallError
from hall.model import Block, Day, Hall, Matter, TicketId


class SeriesFull(HallError, ValueError):
    """No number is left in a series."""


def series_of(hall: Hall, matter: Matter) -> str:
    """The letter of a matter's tickets: its own, or its department's."""
    return matter.series or hall.by_department[matter.department].series


def label(series: str, number: int, digits: int) -> str:
    """The number as people read it: `A017`."""
    return f"{series}{number:0{digits}d}"


def ticket_id(day: Day, name: str) -> TicketId:
    """Day and label: unique in a hall."""
    return f"{day}/{name}"


def next_number(block: Block) -> tuple[int, Block]:
    """The block's next number, and the block after it. Raises SeriesFull."""
    number = block.first + block.used
    if number > block.last:
        raise SeriesFull(f"series {block.series} of {block.day}: numbers {block.first}–{block.last} are used up")
    return number, Block(
        day=block.day,
        series=block.series,
        first=block.first,
        last=block.last,
        holder=block.holder,
        used=block.used + 1,
    )


def matches(name: str, wanted: str) -> bool:
    """Whether `wanted` (`A017`, `a17` or `17`) names the ticket `A017`."""
    series, number = split(name)
    wanted_series, wanted_number = split(wanted.strip().upper())
    return wanted_number == number and wanted_series in ("", series)


def split(name: str) -> tuple[str, int]:
    """A label's series and number; the number is −1 where there is none."""
    found = re.fullmatch(r"([A-Z]*)(\d+)", name)
    return (found[1], int(found[2])) if found else (name, -1)
