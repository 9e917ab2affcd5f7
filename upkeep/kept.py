"""Finding out for the doctor whether what is kept for a time goes at its date, and whether the journal is kept."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct, structs

from hall.errors import BadFile, HallError
from hall.hours import DAY_MS
from hall.model import Hall
from hall.station.settings import read_hub
from hub.__main__ import business_time
from hub.snapshot import Snapshot
from upkeep.aging import overdue
from upkeep.aside import asides, overdue_aside
from upkeep.layout import INSTALLED, Layout
from upkeep.programs import said

HOUR_MS: Final = 3_600_000
UNLIMITED_DAYS: Final = 1e6
PERSISTENT: Final = Path("/var/log/journal")


class Kept(Struct, frozen=True, kw_only=True):
    """`forgot_h`: hours since the hub deleted what was kept long enough, or its log began; `texts`: so many it holds,
    `late` of them a day longer than they may be; `backups`: those that hold such texts."""

    forgot_h: float | None = None
    forgot_ever: bool = True
    texts: int = 0
    late: int = 0
    backups: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()  # what restores have moved aside, the oldest first, and for how many days that stands
    aside_days: float = 0.0
    aside_late: tuple[str, ...] = ()  # of them, those that hold such texts
    aside_unread: tuple[str, ...] = ()  # and those that cannot be read
    journal_days: float | None = None  # how long journald keeps the programs' log; None: it cannot be asked here
    journal_wanted: int = 183


def kept(at: Layout, hall: Hall | None, backups: Path) -> Kept:
    """What can be found out on this machine."""
    wanted = hall.policy.retention.logs_days if hall is not None else Kept().journal_wanted
    days = journal_days() if at.conf == INSTALLED.conf else None
    found = structs.replace(_aside(at), journal_days=days, journal_wanted=wanted)
    with suppress(BadFile, HallError):
        settings = read_hub(at.hub)
        now = business_time(settings.clock, time.time())
        with Snapshot(at.conf / settings.data / "hub.db") as store:
            last = store.last_forgotten()
            since = last[0] if last is not None else store.begun_at()
            texts, late = store.texts(now - DAY_MS)
        found = structs.replace(
            found,
            forgot_h=None if since is None else (now - since) / HOUR_MS,
            forgot_ever=last is not None,
            texts=texts,
            late=late,
            backups=tuple(p.name for p in overdue(backups, now - DAY_MS)),
        )
    return found


def _aside(at: Layout) -> Kept:
    standing = asides(at)
    late, unread = overdue_aside(at, round(time.time() * 1000) - DAY_MS)
    oldest = min(standing.values(), default=None)
    return Kept(
        aside=tuple(str(path) for path in sorted(standing, key=standing.__getitem__)),
        aside_days=0.0 if oldest is None else (time.time() - oldest.timestamp()) / 86_400,
        aside_late=tuple(map(str, late)),
        aside_unread=tuple(map(str, unread)),
    )


def journal_days() -> float | None:
    """How long journald keeps what it hears, by its configuration as it stands with every drop-in."""
    told = said("systemd-analyze", "cat-config", "systemd/journald.conf")
    if told is None:
        return None
    settings = settings_in(told)
    storage = settings.get("Storage", "auto")
    if storage not in ("persistent", "auto") or (storage == "auto" and not PERSISTENT.is_dir()):
        return 0.0
    limit = settings.get("MaxRetentionSec", "0")
    return UNLIMITED_DAYS if limit in ("", "0") else days_in(said("systemd-analyze", "timespan", limit) or "")


def settings_in(told: str) -> dict[str, str]:
    """The settings in force, of all files one after the other: the last one counts."""
    lines = (line.strip().partition("=") for line in told.splitlines() if not line.lstrip().startswith(("#", ";", "[")))
    return {key.strip(): value.strip() for key, equals, value in lines if equals}


def days_in(told: str) -> float | None:
    """The days of a time span, of what `systemd-analyze timespan` says of it."""
    found = re.search(r"[μu]s: (\d+)", told)
    return None if found is None else int(found.group(1)) / 86_400e6
