"""One life of a hub, recorded: its real process under strace, as steps on a disk and lines of its transcript."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from hall.errors import HallError
from testbed.powercut.platter import Image, Name, Platter, Resize, Step, Sync, Unname, Write
from testbed.powercut.trace import (
    CALLS,
    BadRecording,
    Call,
    Closed,
    Cut,
    Folder,
    Opened,
    Other,
    Removed,
    Renamed,
    Synced,
    Wrote,
    calls,
)

LONGEST_WRITE = 1 << 24
LIMIT_S = 120.0  # of a life; it takes 2 s
SHARED = "hub.db-shm"  # mapped into memory: its bytes pass by no call, and SQLite makes it anew after a cut


class NoTracing(HallError, RuntimeError):
    """strace is not here, or may not trace here."""


class Said(Struct, frozen=True):
    """A line of the transcript: from this moment on the world knows it."""

    line: bytes


Moment: TypeAlias = Step | Said


def strace() -> str:
    """The program, from the environment or the system. Raises NoTracing if it cannot trace here."""
    places = [str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")]
    found = shutil.which("strace", path=os.pathsep.join(places))
    if found is None:
        raise NoTracing("there is no strace: run ./setup.sh")
    tried = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise NoTracing(f"strace may not trace here ({tried.stderr.strip()[:200]}): allow ptrace on this machine")
    return found


class Recording(Struct, frozen=True):
    """What a process did. `ground`: the steps that put on an empty disk what it found."""

    ground: list[Step]
    moments: list[Moment]


def recorded(data: Path, transcript: Path, command: list[str], on_disk: Image) -> Recording:
    """Run a command that writes below `data` and to `transcript`, starting from `on_disk`.

    `transcript` must not lie below `data`. Raises NoTracing, BadRecording, or RuntimeError if the command fails.
    """
    lay(on_disk, data)
    transcript.touch()
    trace = transcript.with_name("strace.txt")
    words = [
        strace(),
        "-E",
        "LD_LIBRARY_PATH",
        "-o",
        str(trace),
        "-xx",
        "-s",
        str(LONGEST_WRITE),
        "-e",
        f"trace={CALLS}",
    ]
    ran = subprocess.run([*words, *command], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if ran.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {ran.returncode}: {ran.stderr.strip()[-2000:]}")
    reader = _Reader(data, transcript)
    with trace.open(encoding="ascii") as lines:
        recording = Recording(list(_ground(on_disk, reader)), list(reader.moments(calls(lines))))
    trace.unlink()
    _must_be_whole(recording, data)
    return recording


def lay(image: Image, place: Path) -> None:
    """Make a directory what an image says."""
    if place.exists():
        shutil.rmtree(place)
    place.mkdir()
    for path, content in image.items():
        if path.endswith("/"):
            (place / path).mkdir()
        else:
            (place / path).write_bytes(content)


def _ground(image: Image, reader: _Reader) -> Iterator[Step]:
    for path, content in image.items():
        if path == SHARED:
            continue
        yield reader.name(path.rstrip("/"), is_folder=path.endswith("/"))
        file, folder = reader.file(path.rstrip("/")), reader.folder_of(path.rstrip("/"))
        if content:
            yield Write(file, 0, content)
        yield Sync(file)
        yield Sync(folder)


def _must_be_whole(recording: Recording, data: Path) -> None:
    """If all was written, the disk of the recording is the directory that the process left: nothing was missed."""
    platter = Platter()
    for moment in (*recording.ground, *recording.moments):
        if not isinstance(moment, Said):
            platter.do(moment)
    told, found = platter.whole(), image_of(data)
    found.pop(SHARED, None)
    if told != found:
        differ = sorted(path for path in told.keys() | found.keys() if told.get(path) != found.get(path))
        raise BadRecording(f"the recording does not make what stands in {data}: {', '.join(differ)}")


def image_of(place: Path) -> Image:
    """What stands in a directory."""
    return {
        str(path.relative_to(place)) + "/" * path.is_dir(): b"" if path.is_dir() else path.read_bytes()
        for path in sorted(place.rglob("*"))
    }


class _Reader:
    """Knows which file a descriptor means, and which name."""

    def __init__(self, data: Path, transcript: Path) -> None:
        self._data, self._transcript = str(data), str(transcript)
        self._files = {"": 0}  # path below the root → file
        self._open: dict[int, tuple[int, int]] = {}  # descriptor → file, where it stands
        self._numbers = count(1)
        self._speaking: set[int] = set()

    def moments(self, called: Iterable[Call]) -> Iterator[Moment]:
        """What the calls did to the directory and to the transcript; all others are passed by."""
        for call in called:
            yield from self._did(call)

    def file(self, path: str) -> int:
        return self._files[path]

    def folder_of(self, path: str) -> int:
        return self._files[path.rpartition("/")[0]]

    def name(self, path: str, *, is_folder: bool) -> Name:
        """A new file under a path."""
        file = self._files[path] = next(self._numbers)
        return Name(self.folder_of(path), path.rpartition("/")[2], file, is_folder)

    def _below(self, path: str) -> str | None:
        """The path below the root; None for one outside, and for what is shared memory."""
        if path == self._data:
            return ""
        below = path.removeprefix(self._data + "/")
        return None if below in (path, SHARED) else below

    def _did(self, call: Call) -> Iterator[Moment]:
        match call:
            case Opened():
                yield from self._opened(call)
            case Closed(fd):
                self._open.pop(fd, None)
                self._speaking.discard(fd)
            case Wrote(fd, data) if fd in self._speaking:
                yield Said(data)
            case Wrote(fd, data, offset) if fd in self._open:
                file, stands = self._open[fd]
                if offset is None:
                    self._open[fd] = (file, stands + len(data))
                yield Write(file, stands if offset is None else offset, data)
            case Cut(fd, size) if fd in self._open:
                yield Resize(self._open[fd][0], size)
            case Synced(fd) if fd in self._open:
                yield Sync(self._open[fd][0])
            case Removed(path) if old := self._below(path):
                yield Unname(self.folder_of(old), old.rpartition("/")[2])
                del self._files[old]
            case Renamed(was, path) if self._below(was) or self._below(path):
                yield self._renamed(call, self._below(was), self._below(path))
            case Folder(path) if new := self._below(path):
                yield self.name(new, is_folder=True)
            case Other(line, fds, paths):
                mine = self._open.keys() | self._speaking
                if mine.intersection(fds) or any(self._below(path) is not None for path in paths):
                    raise BadRecording(f"a call that this recorder does not know: {line}")

    def _opened(self, call: Opened) -> Iterator[Step]:
        if call.path == self._transcript:
            self._speaking.add(call.fd)
            return
        path = self._below(call.path)
        if path is None:
            return
        if path not in self._files:
            if not call.fresh:
                raise BadRecording(f"{path} was opened, and nobody made it")
            yield self.name(path, is_folder=False)
        elif call.emptied:
            yield Resize(self._files[path], 0)
        self._open[call.fd] = (self._files[path], 0)

    def _renamed(self, call: Renamed, old: str | None, new: str | None) -> Name:
        if old is None or new is None or self.folder_of(old) != self.folder_of(new):
            raise BadRecording(f"renamed from one directory into another: {call}")
        file = self._files[new] = self._files.pop(old)
        return Name(self.folder_of(new), new.rpartition("/")[2], file, instead_of=old.rpartition("/")[2])
