"""Personal texts in backups go at their date too: what is deleted in the store must not wait in an archive.

A backup's manifest tells the first such date. After it the backup is written anew without those texts; log, tables and
everything else stay as they were, and so does its own date.
"""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from hall.errors import BadFile, CannotWrite
from hall.model import Instant
from upkeep.backup import MANIFEST, PATTERN, STORE, Manifest, pack, texts_in, unpack


class Aged(Struct, frozen=True):
    """A backup from which so many texts were deleted, or why they could not be."""

    path: Path
    deleted: int = 0
    trouble: str = ""


def overdue(to: Path, now: Instant) -> list[Path]:
    """The backups of a directory that hold, or may hold, texts whose date is over; unreadable ones are left out."""
    return [path for path in sorted(to.glob(PATTERN)) if (m := _manifest(path)) is not None and _is_over(m, now)]


def age(to: Path, now: Instant) -> Iterator[Aged]:
    """Delete texts whose date is over from every backup of a directory; those that were changed, or cannot be read."""
    for path in sorted(to.glob(PATTERN)):
        manifest = _manifest(path)
        if manifest is None:
            yield Aged(path, trouble="no backup of ours, or damaged")
        elif _is_over(manifest, now):
            try:
                deleted = _without(path, now)
            except BadFile as error:
                yield Aged(path, trouble="; ".join(error.mistakes))
            except OSError as error:
                raise CannotWrite(f"{path}: {error}: see to its disk and its permissions") from error
            else:
                if deleted:
                    yield Aged(path, deleted)


def _is_over(manifest: Manifest, now: Instant) -> bool:
    # An older program's manifest does not say: -1 texts, from 0 on.
    return manifest.texts != 0 and manifest.texts_until < now


def _manifest(path: Path) -> Manifest | None:
    try:
        with tarfile.open(path) as tar:
            first = tar.next()  # so that a whole archive need not be read
            file = tar.extractfile(first) if first is not None and first.name == MANIFEST else None
            return None if file is None else msgspec.json.decode(file.read(), type=Manifest)
    except (OSError, tarfile.TarError, EOFError, msgspec.DecodeError):
        return None


def _without(path: Path, now: Instant) -> int:
    """Write the backup anew without what is over; how many texts that were."""
    made = path.stat()
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=path.parent) as place:
        draft = Path(place)
        manifest = unpack(path, draft)
        with closing(sqlite3.connect(draft / STORE)) as db:
            db.execute("PRAGMA secure_delete=ON")
            deleted = db.execute("DELETE FROM personal WHERE delete_after < ?", (now,)).rowcount
            db.commit()
            texts, until = texts_in(db)
        pack(draft, structs.replace(manifest, texts=texts, texts_until=until), path)
    os.utime(path, (made.st_atime, made.st_mtime))  # its age is that of what it holds
    if os.geteuid() == 0:  # typed by root: it stays that of the nightly job
        os.chown(path, made.st_uid, made.st_gid)
    return deleted
