"""After a restore of an older backup: numbers that were given out since are not in the log, but on slips in people's
hands. A technician looks at the highest of them and names the number from which new ones begin (`hall restore
--numbers-from`); no slip of the day is then given out twice. The rule is pure; the file tells a hub that starts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hall.errors import BadLog
from hall.events import AnyEvent, BlockOpened, BlockReturned
from hall.model import Hall
from hall.numbering import series_of
from hall.topics import HUB
from hub.floor import Floor

FILE: Final = "numbers-from"


def renumbered(hall: Hall, floor: Floor, first: int) -> tuple[AnyEvent, ...]:
    """A new block for every series of the hall, from `first` on: what is left of the old one goes back. Series that are
    there already are left alone."""
    assert floor.day is not None
    events: list[AnyEvent] = []
    last = 10**hall.policy.number_digits - 1
    for series in dict.fromkeys(series_of(hall, matter) for matter in hall.matters):
        block = floor.blocks.get(series)
        if block is not None and block.first + block.used >= first:
            continue
        if block is not None:
            unused = block.first + block.used
            returned = BlockReturned(
                day=floor.day, series=series, first=block.first, first_unused=unused, last=block.last
            )
            events.append(returned)
        events.append(BlockOpened(day=floor.day, series=series, first=first, last=last, holder=HUB))
    return tuple(events)


def ask_for(data: Path, first: int) -> None:
    """Tell the hub that starts next in this data directory. Raises OSError."""
    (data / FILE).write_text(f"{first}\n", encoding="ascii")


def asked_for(data: Path) -> int | None:
    """What it is told; None if nothing. Raises BadLog for a file that tells no number."""
    path = data / FILE
    if not path.exists():
        return None
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise BadLog(f"{path}: a number such as 300 is expected ({error}): put it right or delete the file") from error
