"""The recorder: real processes under a real strace, and what it must not pass over in silence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testbed.powercut.platter import Image, Name, Resize, Step, Sync, Unname, Write
from testbed.powercut.recording import NoTracing, Recording, Said, image_of, recorded, strace
from testbed.powercut.trace import BadRecording, Cut, Opened, Other, Renamed, Synced, Wrote, calls

try:
    strace()
except NoTracing as refused:
    pytest.skip(f"nothing can be recorded here: {refused}", allow_module_level=True)

HEAD = "import os, sys, mmap, pathlib; root, said = map(pathlib.Path, sys.argv[1:]); "


def ran(place: Path, script: str, on_disk: Image | None = None) -> Recording:
    data, said = place / "data", place / "said"
    return recorded(data, said, [sys.executable, "-c", HEAD + script, str(data), str(said)], on_disk or {})


def test_writes_syncs_and_names_come_in_their_order_with_what_was_said(tmp_path: Path) -> None:
    script = """
fd = os.open(root / 'a', os.O_RDWR | os.O_CREAT)
os.write(fd, b'one'); os.write(fd, b'two'); os.pwrite(fd, b'2', 1); os.fdatasync(fd)
out = os.open(said, os.O_WRONLY | os.O_APPEND); os.write(out, b'safe')
os.ftruncate(fd, 2); os.close(fd); os.rename(root / 'a', root / 'b')
(root / 'sub').mkdir(); folder = os.open(root, os.O_RDONLY); os.fsync(folder)
(root / 'sub/c').write_bytes(b'c'); (root / 'b').unlink()
"""
    recording = ran(tmp_path, script)
    assert recording.moments == [
        Name(0, "a", 1),
        Write(1, 0, b"one"),
        Write(1, 3, b"two"),
        Write(1, 1, b"2"),
        Sync(1),
        Said(b"safe"),
        Resize(1, 2),
        Name(0, "b", 1, instead_of="a"),
        Name(0, "sub", 2, is_folder=True),
        Sync(0),
        Name(2, "c", 3),
        Write(3, 0, b"c"),
        Unname(0, "b"),
    ]
    assert image_of(tmp_path / "data") == {"sub/": b"", "sub/c": b"c"}


def test_a_life_begins_on_the_disk_that_it_is_given(tmp_path: Path) -> None:
    recording = ran(tmp_path, "(root / 'sub/x').open('r+b').write(b'new')", {"sub/": b"", "sub/x": b"old..."})
    assert recording.ground == [
        *(Name(0, "sub", 1, is_folder=True), Sync(1), Sync(0)),
        *(Name(1, "x", 2), Write(2, 0, b"old..."), Sync(2), Sync(1)),
    ]
    steps: list[Step] = [Write(2, 0, b"new")]
    assert recording.moments == steps


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("os.writev(os.open(root / 'a', os.O_RDWR | os.O_CREAT), [b'x'])", "writev"),
        ("(root / 'a').touch(); os.link(root / 'a', root / 'b')", "linkat|link"),
        ("(root / 'a').mkdir(); (root / 'b').touch(); (root / 'b').rename(root / 'a/b')", "one directory into another"),
        (
            "fd = os.open(root / 'a', os.O_RDWR | os.O_CREAT); os.ftruncate(fd, 9); mmap.mmap(fd, 9)[:1] = b'x'",
            "does not make",
        ),
        ("fd = os.open(root / 'a', os.O_RDWR | os.O_CREAT); os.write(fd, b'xy'); os.lseek(fd, 0, 0); "
         "os.write(fd, b'z')", "does not make"),
    ],
)  # fmt: skip
def test_what_the_recorder_cannot_follow_ends_it(tmp_path: Path, script: str, why: str) -> None:
    with pytest.raises(BadRecording, match=why):
        ran(tmp_path, script)


def test_a_process_that_fails_is_no_life(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="tired"):
        ran(tmp_path, "sys.exit('tired')")


def test_lines_of_strace_become_calls() -> None:
    lines = r"""
openat(AT_FDCWD, "\x2f\x61", O_RDWR|O_CREAT|O_TRUNC, 0644) = 3
openat(AT_FDCWD, "\x2f\x62", O_RDONLY) = -1 ENOENT (No such file or directory)
pwrite64(3, "\x00\x2c\x22", 3, 4096)    = 3
write(3, "\x61\x62\x63", 3) = 2
fdatasync(3)                            = 0
ftruncate(3, 512)                       = 0
rename("\x2f\x61", "\x2f\x62")          = 0
fallocate(3, 0, 0, 4096)                = 0
+++ exited with 0 +++
"""
    assert list(calls(lines.splitlines())) == [
        Opened(3, "/a", fresh=True, emptied=True),
        Wrote(3, b'\0,"', 4096),
        Wrote(3, b"ab", None),  # what the kernel took
        Synced(3),
        Cut(3, 512),
        Renamed("/a", "/b"),
        Other("fallocate(3, 0, 0, 4096)                = 0", (3, 0, 0, 4096), ()),
    ]


@pytest.mark.parametrize("line", ['write(3, "\\x61"..., 9) = 9', "strange"])
def test_a_line_that_is_not_whole_ends_the_recording(line: str) -> None:
    with pytest.raises(BadRecording):
        list(calls([line]))
