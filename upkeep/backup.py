"""Backup and restore: the store as it stands at one moment, its seals and the whole configuration, in one private file.

A backup that does not verify is no backup: it is deleted and told. A restore moves what stood there aside, never over.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from hall.errors import BadFile, BadLog, CannotWrite
from hall.model import Instant
from hall.station.settings import read_hall, read_hub
from hub import renumbering, seals
from hub.lock import lock
from hub.snapshot import Snapshot
from hub.verify import Report, verify
from upkeep.credentials import PRIVATE
from upkeep.layout import Layout, layout
from upkeep.provision import Provision, read_site

MANIFEST, STORE, CONF = "manifest.json", "hub/hub.db", "conf"
PATTERN = "jiaohao-*.tar.gz"
STAMP = "%Y%m%dT%H%M%S"  # in the names of backups and of what is moved aside, by this machine's clock
PAGES = 4_096  # copied at a time: the hub goes on writing in between
Progress = Callable[[int, int], None]


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds: until which event, where it stood, how many personal texts and until when they may be kept
    (the first of them), and the SHA-256 of every file."""

    hall: str
    made_at: str
    program: str
    events: int
    last_at: Instant
    data: str
    files: dict[str, str]
    texts: int = -1  # an older program did not say
    texts_until: Instant = 0


class Backed(Struct, frozen=True):
    """A backup that was made, or read back."""

    path: Path
    manifest: Manifest
    report: Report


def back_up(at: Layout, to: Path, now: datetime, progress: Progress = lambda _done, _all: None) -> Backed:
    """Make a backup in the directory `to`; the hub may be running. Raises BadFile, BadLog or CannotWrite: then there is
    none."""
    settings = read_hub(at.hub)
    source = at.conf / settings.data
    hall = read_hall(at.conf / settings.hall).id
    if not (source / "hub.db").is_file():
        raise BadLog(f"{source / 'hub.db'}: no such file: this hall's hub has not run yet")
    if to.exists() and not to.is_dir():
        raise CannotWrite(f"{to}: a file: name the directory for backups")
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".draft-", dir=to) as place:
            draft = Path(place)
            _copy_store(source, draft / "hub")
            _copy_conf(at, draft / CONF)
            report = _verified(draft / STORE, progress)
            manifest = _manifest(draft, hall, source, now)
            path = to / f"jiaohao-{hall}-{now.strftime(STAMP)}.tar.gz"
            manifest = pack(draft, manifest, path)
    except OSError as error:
        raise CannotWrite(f"{to}: {error}: see to its disk and its permissions") from error
    return Backed(path, manifest, report)


def prune(to: Path, keep: int) -> list[Path]:
    """Delete the oldest backups beyond `keep`; which."""
    old = sorted(to.glob(PATTERN), key=lambda p: p.name.rpartition("-")[2])[: -keep or None]
    for path in old:
        path.unlink()
    return old


def restore(
    path: Path,
    at: Layout,
    now: datetime,
    *,
    replace: bool = False,
    numbers_from: int | None = None,
    progress: Progress = lambda _d, _a: None,
) -> tuple[Backed, list[Path]]:
    """Put a backup in place: configuration, store and seals; what stood there is moved aside, and where to is told.
    `numbers_from`: where the hub begins the day's numbers again, above those that were given out since the backup.

    Raises BadFile for a damaged backup, BadLog for one that does not verify, CannotWrite if a hub runs here or, without
    `replace`, if a store or a configuration stands here. Nothing was changed then.
    """
    if not path.is_file():
        raise BadFile((f"{path}: {'a directory: name the backup in it' if path.is_dir() else 'no such file'}",))
    target = at.data / "hub"
    standing = [place for place in (at.conf, target) if _holds_something(place, at)]
    if standing and not replace:
        told = " and ".join(map(str, standing))
        raise CannotWrite(f"{told}: something stands there: --replace moves it aside first")
    at.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=at.data) as place, _alone(target):
        draft = Path(place)
        manifest = unpack(path, draft)
        report = _verified(draft / STORE, progress)
        if numbers_from is not None:
            _must_be_a_number(numbers_from, draft)
            renumbering.ask_for(draft / "hub", numbers_from)
        aside = [moved for place in standing if (moved := _aside(place, at, now)) is not None]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(draft / "hub", target)
        _place_conf(draft / CONF, at, manifest)
    usual = layout(at.conf) == at
    site = structs.replace(read_site(at.conf), data="" if usual else str(at.data))
    Provision(at, None, site).run()
    return Backed(path, manifest, report), aside


# --- making one ---


def _copy_store(source: Path, target: Path) -> None:
    target.mkdir()
    uri = (source / "hub.db").absolute().as_uri()
    with (
        closing(sqlite3.connect(f"{uri}?mode=ro", uri=True, timeout=10.0)) as live,
        closing(sqlite3.connect(target / "hub.db")) as copy,
    ):
        live.backup(copy, pages=PAGES, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    if (source / seals.DIRECTORY).is_dir():
        shutil.copytree(source / seals.DIRECTORY, target / seals.DIRECTORY)


def _copy_conf(at: Layout, target: Path) -> None:
    def inside_data(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(folder, name) == at.data or name.endswith(".draft")}

    shutil.copytree(at.conf, target, ignore=inside_data)


def _verified(store: Path, progress: Progress) -> Report:
    report = verify(store, rebuild=True, progress=progress)
    if report.broken is not None:
        raise BadLog(f"{store.name}: does not verify: {report.broken}")
    return report


def _manifest(draft: Path, hall: str, data: Path, now: datetime) -> Manifest:
    with Snapshot(draft / STORE) as snapshot:
        events, last_at = snapshot.seq, snapshot.at
    with closing(sqlite3.connect(draft / STORE)) as db:
        texts, until = texts_in(db)
    return Manifest(
        hall=hall,
        made_at=now.isoformat(timespec="seconds"),
        program=version("jiaohao"),
        events=events,
        last_at=last_at,
        data=str(data.parent),
        files={},
        texts=texts,
        texts_until=until,
    )


def texts_in(db: sqlite3.Connection) -> tuple[int, Instant]:
    """How many personal texts a store holds, and when the first of them is over (0: there is none)."""
    texts, until = db.execute("SELECT count(*), coalesce(min(delete_after), 0) FROM personal").fetchone()
    return int(texts), int(until)


def pack(draft: Path, manifest: Manifest, path: Path) -> Manifest:
    """Write what lies below `draft` as one file, whole or not at all; its manifest, with the digests."""
    found = [p for p in sorted(draft.rglob("*")) if p.is_file() and p.name != MANIFEST]
    manifest = structs.replace(manifest, files={str(p.relative_to(draft)): _digest(p) for p in found})
    (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    whole = path.with_name(f".{path.name}.draft")
    with open(whole, "wb", opener=lambda p, flags: os.open(p, flags, PRIVATE)) as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
            tar.add(draft / MANIFEST, MANIFEST)  # first, so that it is read at once
            for name in ("hub", CONF):
                tar.add(draft / name, name)
        file.flush()
        os.fsync(file.fileno())
    whole.replace(path)
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- putting one back ---


def _holds_something(place: Path, at: Layout) -> bool:
    found = [p for p in place.rglob("*") if p.is_file() and p.name != "hub.lock"] if place.is_dir() else []
    return any(place == at.data / "hub" or at.data not in p.parents for p in found)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    target.mkdir(parents=True, exist_ok=True)
    held = lock(target)
    try:
        yield
    finally:
        os.close(held)


def unpack(path: Path, draft: Path) -> Manifest:
    """A backup's files below `draft`, each checked by its digest. Raises BadFile."""
    try:
        with tarfile.open(path) as tar:
            tar.extractall(draft, filter="data")
        manifest = msgspec.json.decode((draft / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, tarfile.TarError, EOFError, msgspec.DecodeError, ValueError) as error:
        why, _, _ = str(error).partition("\n")  # tarfile tells all that it tried, a line each
        raise BadFile((f"{path}: no backup of ours, or damaged ({why.rstrip(':')}): take another one",)) from error
    found = {str(p.relative_to(draft)): p for p in draft.rglob("*") if p.is_file() and p.name != MANIFEST}
    wrong = [name for name, digest in manifest.files.items() if name not in found or _digest(found[name]) != digest]
    wrong += [name for name in found if name not in manifest.files]
    if wrong:
        raise BadFile(tuple(f"{path}: {name}: not as it was backed up: take another backup" for name in wrong))
    return manifest


def _must_be_a_number(first: int, draft: Path) -> None:
    settings = read_hub(draft / CONF / "hub.toml")
    last: int = 10 ** read_hall(draft / CONF / settings.hall).policy.number_digits - 1
    if not 1 <= first <= last:
        raise BadFile((f"--numbers-from: 1 to {last}, as the hall's numbers go (found {first})",))


def _aside(place: Path, at: Layout, now: datetime) -> Path | None:
    """Move what stands there to a name of its own beside it."""
    moved = place.with_name(f"{place.name}.before-{now.strftime(STAMP)}")
    if at.data.is_relative_to(place):  # everything below one directory: its data are moved by themselves
        moved.mkdir()
        for entry in place.iterdir():
            if entry != at.data:
                shutil.move(entry, moved / entry.name)
        return moved
    shutil.move(place, moved)
    return moved


def _place_conf(conf: Path, at: Layout, manifest: Manifest) -> None:
    at.conf.mkdir(parents=True, exist_ok=True)
    for path in conf.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        moved = text.replace(f'"{manifest.data}', f'"{at.data}')
        if moved != text:
            path.write_text(moved, encoding="utf-8")
    shutil.copytree(conf, at.conf, dirs_exist_ok=True)
