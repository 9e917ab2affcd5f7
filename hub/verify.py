"""Does the log hold? The chain, its head, every seal; and, rebuilt from the log, every row of every table.

Reads the file and nothing else: no hub need stand still. A day at a time is held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct, structs

from hall.events import AnyEvent, DayClosed, DayOpened, decode_event
from hall.model import Day, Instant
from hub import seals
from hub.floor import Floor
from hub.seals import Sealed
from hub.snapshot import Row, Snapshot
from hub.store import GENESIS, chained
from hub.tables import BY_KIND, TABLES, Table

PROGRESS_EVERY = 10_000
CLOSING = b'{"event":"day_closed/'  # the canonical bytes begin with the tag
Progress = Callable[[int, int], None]


class Broken(Struct, frozen=True):
    """The first row that is not as it must be: where it stands, what was expected there and what was found."""

    table: str
    row: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: expected {self.expected}, found {self.found}"


class Report(Struct, frozen=True):
    """What was checked, up to `broken`; nothing is broken if that is None."""

    events: int = 0
    seals: int = 0
    exported: int = 0
    rows: int = 0
    broken: Broken | None = None


class _Breaks(Exception):
    """Carries the finding to the report."""

    def __init__(self, table: str, row: object, expected: object, found: object) -> None:
        super().__init__(table)
        self.broken = Broken(table, str(row), str(expected), str(found))


def verify(path: Path, rebuild: bool = False, progress: Progress = lambda _done, _all: None) -> Report:
    """Check the log of a store, its seals and those exported beside it; with `rebuild` every table against the log.

    `progress` is called with the events checked and their number. Raises BadLog if the file cannot be read at all.
    """
    with Snapshot(path) as snapshot:
        check = _Check(snapshot, path.parent, rebuild, progress)
        try:
            check.run()
        except _Breaks as found:
            return structs.replace(check.report(), broken=found.broken)
        return check.report()


class _Check:
    """One walk along the log."""

    def __init__(self, snapshot: Snapshot, data: Path, rebuild: bool, progress: Progress) -> None:
        self._snapshot, self._progress = snapshot, progress
        self._seals = {s.seq: s for s in snapshot.seals()}
        self._exported = {s.day: s for s in seals.exported(data, snapshot.hall)}
        self._rebuilt = _Rebuilt(snapshot) if rebuild else None
        self._events = self._sealed = self._on_file = 0

    def report(self) -> Report:
        return Report(self._events, self._sealed, self._on_file, self._rebuilt.rows if self._rebuilt else 0)

    def run(self) -> None:
        self._chain()
        self._files()
        if self._rebuilt is not None:
            self._rebuilt.finish()

    def _chain(self) -> None:
        snapshot = self._snapshot
        head, last_at = GENESIS, 0
        for seq, at, body, digest in snapshot.log():
            if seq != self._events + 1:
                raise _Breaks("log", self._events + 1, f"row {self._events + 1}", f"row {seq}")
            head = chained(head, seq, at, body)
            if digest != head:
                raise _Breaks("log", seq, f"hash {head.hex()}", f"hash {bytes(digest).hex()}")
            if at < last_at:
                raise _Breaks("log", seq, f"a time from {last_at} on", at)
            last_at = at
            self._event(seq, at, body, head)
            self._events = seq
            if seq % PROGRESS_EVERY == 0:
                self._progress(seq, snapshot.seq)
        if (self._events, head) != (snapshot.seq, snapshot.head):
            told = f"row {snapshot.seq} with hash {snapshot.head.hex()}"
            raise _Breaks("hub", "head", f"row {self._events} with hash {head.hex()}", told)
        if self._seals:
            seq, sealed = min(self._seals.items())
            raise _Breaks("seals", sealed.day, f"the close of the day in row {seq}", "another event")
        self._progress(self._events, snapshot.seq)

    def _event(self, seq: int, at: Instant, body: bytes, head: bytes) -> None:
        closing = body.startswith(CLOSING)
        if not (closing or self._rebuilt):
            return
        event = decode_event(body)
        if self._rebuilt is not None:
            self._rebuilt.apply(event, at, seq)
        if isinstance(event, DayClosed):
            sealed, right = self._seals.pop(seq, None), Sealed(event.day, seq, head)
            if sealed != right:
                raise _Breaks("seals", event.day, _words(right), _words(sealed))
            self._sealed += 1
            exported = self._exported.get(event.day)
            if exported is not None:
                if exported != right:
                    raise _Breaks(seals.DIRECTORY, f"{event.day}.seal", _words(right), _words(exported))
                self._on_file += 1

    def _files(self) -> None:
        """A day that was sealed and of which the log knows nothing: another log was put in its place."""
        known = {s.day for s in self._snapshot.seals()}
        for day, exported in self._exported.items():
            if day not in known:
                raise _Breaks("seals", day, _words(exported), _words(None))


class _Rebuilt:
    """The tables as the log says they must be; a finished day is compared and forgotten."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._floor = Floor()
        self._expected: dict[str, dict[Row, Row]] = {table.name: {} for table in TABLES}
        self._days: set[Day] = set()
        self.rows = 0

    def apply(self, event: AnyEvent, at: Instant, seq: int) -> None:
        """One more event."""
        if isinstance(event, DayOpened):
            self._compare_day()
        try:
            changed = self._floor.apply(event, at)
        except (ValueError, KeyError) as error:
            raise _Breaks("log", seq, "an event that can follow those before it", f"{event}: {error}") from error
        for entity in changed:
            table = BY_KIND[type(entity)]
            row = structs.astuple(entity)
            self._expected[table.name][table.key_of(row)] = row

    def finish(self) -> None:
        """The last day, what outlives a day, and that no row stands beside them."""
        self._compare_day()
        for table in TABLES:
            if not table.daily:
                self._compare(table, self._snapshot.rows(table))
            else:
                for day in self._snapshot.days(table):
                    if day not in self._days:
                        raise _Breaks(table.name, f"of {day}", "no such day in the log", "rows")
        if self._floor.day != self._snapshot.day:
            raise _Breaks("hub", "day", self._floor.day, self._snapshot.day)

    def _compare_day(self) -> None:
        day = self._floor.day
        if day is None:
            return
        self._days.add(day)
        for table in TABLES:
            if table.daily:
                self._compare(table, self._snapshot.rows(table, day))
                self._expected[table.name] = {}

    def _compare(self, table: Table, rows: Iterable[Row]) -> None:
        left = dict(self._expected[table.name])
        for found in rows:
            key = table.key_of(found)
            expected = left.pop(key, None)
            if expected is None:
                raise _Breaks(table.name, _named(key), "no such row", "one")
            if expected != found:
                name, right, value = next(
                    told for told in zip(table.fields, expected, found, strict=True) if told[1] != told[2]
                )
                raise _Breaks(table.name, f"{_named(key)} {name}", right, value)
            self.rows += 1
        for key in left:
            raise _Breaks(table.name, _named(key), "one row", "none")


def _named(key: Row) -> str:
    return " ".join(str(part) for part in key)


def _words(sealed: Sealed | None) -> str:
    return f"row {sealed.seq} with hash {sealed.hash.hex()}" if sealed else "no seal"
