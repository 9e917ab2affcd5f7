"""strace's lines as values: every call by which a process changed, or made safe, what stands on the disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from hall.errors import HallError

# `?`: not every machine has it. What is traced and not understood here is an error when it touches the hub's files.
CALLS = (
    "?open,openat,?creat,close,?dup,?dup2,dup3,write,pwrite64,writev,pwritev,?pwritev2,sendfile,copy_file_range,"
    "fsync,fdatasync,sync_file_range,sync,syncfs,ftruncate,truncate,fallocate,?unlink,unlinkat,?rename,?renameat,"
    "renameat2,?link,linkat,?symlink,symlinkat,?mkdir,mkdirat,?rmdir"
)
LINE = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += +(-?\d+|\?)(?: .*)?")
ARGUMENT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?|([^,\s][^,]*)')
QUIET = ("+++ exited", "--- SIG", "strace: ")


class BadRecording(HallError, RuntimeError):
    """What strace wrote cannot be understood whole, so that no disk can be made of it."""


class Opened(Struct, frozen=True):
    """A file or directory is opened; with `fresh` it is made if it is not there, with `emptied` cut to nothing."""

    fd: int
    path: str
    fresh: bool
    emptied: bool


class Closed(Struct, frozen=True):
    fd: int


class Wrote(Struct, frozen=True):
    """Bytes at an offset; None: where the file stands."""

    fd: int
    data: bytes
    offset: int | None


class Cut(Struct, frozen=True):
    """A file gets this size."""

    fd: int
    size: int


class Synced(Struct, frozen=True):
    """A file's bytes, or a directory's names, are on the disk."""

    fd: int


class Removed(Struct, frozen=True):
    path: str


class Renamed(Struct, frozen=True):
    old: str
    new: str


class Folder(Struct, frozen=True):
    """A directory is made."""

    path: str


class Other(Struct, frozen=True):
    """A call that is not understood, with the files it names."""

    line: str
    fds: tuple[int, ...]
    paths: tuple[str, ...]


Call: TypeAlias = Opened | Closed | Wrote | Cut | Synced | Removed | Renamed | Folder | Other
Argument: TypeAlias = bytes | str


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls that succeeded, in their order. Raises BadRecording for a line that is no call."""
    for line in lines:
        line = line.rstrip("\n")
        if not line or line.partition(" ")[2].lstrip().startswith(QUIET) or line.startswith(QUIET):
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise BadRecording(f"strace wrote a line that is no call: {line[:200]!r}")
        name, arguments, result = found.groups()
        if result == "?" or int(result) < 0:
            continue
        yield _call(name, _arguments(arguments, line), int(result), line)


def _arguments(text: str, line: str) -> list[Argument]:
    out: list[Argument] = []
    for hexed, more, plain in ARGUMENT.findall(text):
        if more:
            raise BadRecording(f"strace cut a string short: {line[:200]!r}")
        out.append(plain.strip() if plain else bytes.fromhex(hexed.replace("\\x", "")))
    return out


def _call(name: str, arguments: list[Argument], result: int, line: str) -> Call:
    match name, arguments:
        case ("open", [bytes(path), str(flags), *_]) | ("openat", ["AT_FDCWD", bytes(path), str(flags), *_]):
            return Opened(result, path.decode(), "O_CREAT" in flags, "O_TRUNC" in flags)
        case "close", [str(fd)]:
            return Closed(int(fd))
        case "write", [str(fd), bytes(data), _]:
            return Wrote(int(fd), data[:result], None)
        case "pwrite64", [str(fd), bytes(data), _, str(offset)]:
            return Wrote(int(fd), data[:result], int(offset))
        case "ftruncate", [str(fd), str(size)]:
            return Cut(int(fd), int(size))
        case "fsync" | "fdatasync", [str(fd)]:
            return Synced(int(fd))
        case ("unlink", [bytes(path)]) | ("unlinkat", ["AT_FDCWD", bytes(path), "0"]):
            return Removed(path.decode())
        case (
            ("rename", [bytes(old), bytes(new)])
            | ("renameat", ["AT_FDCWD", bytes(old), "AT_FDCWD", bytes(new)])
            | ("renameat2", ["AT_FDCWD", bytes(old), "AT_FDCWD", bytes(new), "0"])
        ):
            return Renamed(old.decode(), new.decode())
        case ("mkdir", [bytes(path), *_]) | ("mkdirat", ["AT_FDCWD", bytes(path), *_]):
            return Folder(path.decode())
        case _:
            fds = tuple(int(a) for a in arguments if isinstance(a, str) and a.isdecimal())
            return Other(line[:200], fds, tuple(a.decode(errors="replace") for a in arguments if isinstance(a, bytes)))
