"""A disk as a power cut may leave it: what was synced stands; what came after may stand, in part or not at all.

The rules are POSIX's and no file system's kindness: a file's bytes are safe once it was synced, its name once its
directory was. Of what came later any sector of 512 bytes may have reached the disk or not, in any order; a file that
grew may show zeros or junk where nothing was written. A sector itself is old or new, never half.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from random import Random
from typing import TypeAlias

from msgspec import Struct

SECTOR = 512
PAGE = 4096  # what a kernel writes back at once


class Write(Struct, frozen=True):
    """Bytes at an offset of a file."""

    file: int
    offset: int
    data: bytes


class Resize(Struct, frozen=True):
    """A file gets this size; what is new is zeros."""

    file: int
    size: int


class Sync(Struct, frozen=True):
    """All that was done to a file, or to the names in a directory, is on the disk now."""

    file: int


class Name(Struct, frozen=True):
    """A file stands under a name of a directory; with `instead_of` it stood under that one before."""

    folder: int
    name: str
    file: int
    is_folder: bool = False
    instead_of: str = ""


class Unname(Struct, frozen=True):
    """A name of a directory is gone."""

    folder: int
    name: str


Step: TypeAlias = Write | Resize | Sync | Name | Unname
Image: TypeAlias = dict[str, bytes]  # path below the root → content; a directory ends with a slash


class Fate(StrEnum):
    """What happened to what a file had waiting when the power went."""

    LOST = "lost"
    WRITTEN = "written"
    IN_ORDER = "in_order"  # some of it, from its beginning; the last piece torn
    PAGES = "pages"  # each page as it was at some moment
    SECTORS = "sectors"  # each sector as it was at some moment


class Platter:
    """The root directory is file 0. `steps` counts what was done to the disk since it was empty."""

    def __init__(self) -> None:
        self._files: dict[int, bytearray] = {}
        self._waiting: dict[int, list[Write | Resize]] = {}
        self._folders: dict[int, dict[str, int]] = {0: {}}
        self._unsaid: dict[int, list[Name | Unname]] = {0: []}

    def do(self, step: Step) -> None:
        """One more step, in the order in which the process took them."""
        match step:
            case Write() | Resize():
                self._waiting[step.file].append(step)
            case Sync(file) if file in self._folders:
                for name in self._unsaid[file]:
                    _rename(self._folders[file], name)
                self._unsaid[file].clear()
            case Sync(file):
                for waiting in self._waiting[file]:
                    _write(self._files[file], waiting)
                self._waiting[file].clear()
            case Name() | Unname():
                self._unsaid[step.folder].append(step)
                if isinstance(step, Name):
                    self._make(step.file, step.is_folder)

    def unsynced(self) -> int:
        """How many steps might not have reached the disk yet."""
        return sum(map(len, self._waiting.values())) + sum(map(len, self._unsaid.values()))

    def image(self, chance: Random) -> Image:
        """One of the disks that a power cut at this moment may leave."""
        return self._image(chance, tuple(Fate))

    def whole(self) -> Image:
        """The disk if all of it was written."""
        return self._image(Random(0), (Fate.WRITTEN,))

    def _make(self, file: int, is_folder: bool) -> None:
        if is_folder:
            self._folders.setdefault(file, {})
            self._unsaid.setdefault(file, [])
        else:
            self._files.setdefault(file, bytearray())
            self._waiting.setdefault(file, [])

    def _image(self, chance: Random, fates: tuple[Fate, ...]) -> Image:
        return dict(self._below(0, "", chance, fates))

    def _below(self, folder: int, path: str, chance: Random, fates: tuple[Fate, ...]) -> Iterator[tuple[str, bytes]]:
        names = dict(self._folders[folder])
        for said in _kept(self._unsaid[folder], chance.choice(fates), chance):
            _rename(names, said)
        for name, file in names.items():
            if file in self._folders:
                yield f"{path}{name}/", b""
                yield from self._below(file, f"{path}{name}/", chance, fates)
            else:
                yield f"{path}{name}", self._content(file, chance.choice(fates), chance)

    def _content(self, file: int, fate: Fate, chance: Random) -> bytes:
        waiting, found = self._waiting[file], bytearray(self._files[file])
        if not waiting or fate is Fate.LOST:
            return bytes(found)
        if fate is Fate.WRITTEN:
            for step in waiting:
                _write(found, step)
            return bytes(found)
        if fate is Fate.IN_ORDER:
            done = chance.randrange(len(waiting))
            for step in waiting[:done]:
                _write(found, step)
            return _mixed(found, waiting[done : done + 1], SECTOR, chance)
        return _mixed(found, waiting, PAGE if fate is Fate.PAGES else SECTOR, chance)


def _kept(said: list[Name | Unname], fate: Fate, chance: Random) -> list[Name | Unname]:
    """Which changes of names reached the disk; each of them whole or not at all."""
    match fate:
        case Fate.LOST:
            return []
        case Fate.WRITTEN:
            return said
        case Fate.IN_ORDER:
            return said[: chance.randint(0, len(said))]
        case _:
            return [name for name in said if chance.random() < 0.5]


def _rename(names: dict[str, int], said: Name | Unname) -> None:
    if isinstance(said, Name):
        names.pop(said.instead_of, None)
        names[said.name] = said.file
    else:
        names.pop(said.name, None)


def _write(content: bytearray, step: Write | Resize) -> None:
    if isinstance(step, Resize):
        del content[step.size :]
        content.extend(bytes(step.size - len(content)))
    else:
        content.extend(bytes(max(0, step.offset - len(content))))
        content[step.offset : step.offset + len(step.data)] = step.data


def _mixed(old: bytearray, steps: list[Write | Resize], unit: int, chance: Random) -> bytes:
    """Each unit, and the size, as it was at some moment between `old` and the last step."""
    now = bytearray(old)
    sizes = [len(now)]
    versions: dict[int, list[bytes]] = {}  # of each unit that a step touched
    for step in steps:
        before = len(now)
        _write(now, step)
        if isinstance(step, Write):
            first, end = min(step.offset, before), step.offset + len(step.data)
        else:
            first, end = min(step.size, before), max(step.size, before)
        for index in range(first // unit, -(-end // unit)):
            at = index * unit
            # What a kernel writes back is zeros beyond the file's end.
            written = bytes(now[at : at + unit]).ljust(unit, b"\0")
            versions.setdefault(index, [bytes(old[at : at + unit])]).append(written)
        sizes.append(len(now))
    size = chance.choice(sizes)
    out = bytearray(old[:size])
    if size > len(out):
        grown = size - len(out)
        out.extend(chance.randbytes(grown) if chance.random() < 0.3 else bytes(grown))
    for index, seen in versions.items():
        version = chance.choice(seen)
        at = index * unit
        if at < size:
            out[at : at + len(version)] = version
    return bytes(out[:size])
