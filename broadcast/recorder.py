"""Records clips ahead: feeds the voice process, watches it, and kills and replaces it when it hangs.

A process has one voice, and lives as long as there are orders for it. A clip that fails twice is set aside until it
is wanted again; when nothing succeeds, the voice is told as troubled and tried again after a while.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from broadcast.clips import Clips
from broadcast.values import Clip, Wording

LIMIT_S: Final = 8.0  # for one clip, the start of the process included; usual are 0.03 s and 0.3 s
TRIES: Final = 2
TROUBLED_AFTER: Final = 3  # failures in a row
RETRY_S: Final = 30.0
ENDS_S: Final = 2.0
LOOK_S: Final = 0.2  # how soon an end is noticed while waiting for an answer
ANSWER_BYTES: Final = 4_096
log = logging.getLogger("broadcast")


class Recording(Struct, frozen=True):
    """Event: whether clips can be recorded; `reason` is a code."""

    works: bool
    reason: str = ""


def voice_command() -> tuple[str, ...]:
    """How the voice process is started: with the libraries that setup.sh unpacked, if it did."""
    starter = Path(sys.prefix) / "sysroot/run"
    python = (sys.executable, "-m", "broadcast.speak")
    return (str(starter), *python) if starter.is_file() else python  # voice and rate are added


class Recorder:
    """`want`, `awaits` and `close` may be called by any thread; `on_change` is called from the recorder's own."""

    def __init__(
        self,
        clips: Clips,
        on_change: Callable[[Recording], None],
        command: Sequence[str] | None = None,
        limit_s: float = LIMIT_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self._clips = clips
        self._on_change = on_change
        self._command = tuple(command or voice_command())
        self._limit_s = limit_s
        self._retry_s = retry_s
        self._wanted: deque[Clip] = deque()
        self._failed: dict[Clip, int] = {}
        self._in_a_row = 0
        self._trouble = ""
        self._told: Recording | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._speaks = ""  # the language of the process
        self._changed = threading.Condition()
        self._urged = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def want(self, clips: Iterable[Clip], soon: bool = False) -> None:
        """Record those that are missing; with `soon` before all others, and now, however much failed before."""
        missing = self._clips.missing(clips)
        with self._changed:
            for clip in missing:
                self._failed.pop(clip, None)
            if soon:
                self._wanted = deque((*missing, *(clip for clip in self._wanted if clip not in missing)))
                self._urged = self._urged or bool(missing)
            else:
                self._wanted.extend(clip for clip in missing if clip not in self._wanted)
            self._changed.notify()

    def awaits(self, clips: Iterable[Clip]) -> bool:
        """Whether one of these is about to be recorded, by a voice that works."""
        with self._changed:
            return self._in_a_row < TROUBLED_AFTER and any(clip in self._wanted for clip in clips)

    @property
    def trouble(self) -> str:
        """What went wrong with the clip tried last; empty if nothing did."""
        with self._changed:
            return self._trouble

    def close(self) -> None:
        """End the thread and the process."""
        with self._changed:
            self._closing.set()
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * ENDS_S)

    def _run(self) -> None:
        while not self._closing.is_set():
            with self._changed:
                clip = self._wanted[0] if self._wanted else None
                self._urged = False
            if clip is None:
                self._end_process()
                self._wait(lambda: bool(self._wanted))
                continue
            trouble = self._record(clip)
            if self._closing.is_set():
                break
            self._judge(clip, trouble)
            if self._in_a_row >= TROUBLED_AFTER:
                self._end_process()
                self._wait(lambda: self._urged, self._retry_s)
        self._end_process()

    def _wait(self, until: Callable[[], bool], timeout_s: float | None = None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: until() or self._closing.is_set(), timeout=timeout_s)

    def _judge(self, clip: Clip, trouble: str) -> None:
        with self._changed:
            self._trouble = trouble
            if not trouble:
                self._in_a_row = 0
                self._failed.pop(clip, None)
                self._wanted.remove(clip)
            else:
                self._in_a_row += 1
                self._failed[clip] = self._failed.get(clip, 0) + 1
                self._wanted.remove(clip)
                if self._failed[clip] < TRIES:
                    self._wanted.appendleft(clip)
        if trouble:
            log.warning("clip %r of %s: %s", clip.text[:40], clip.language, trouble)
        if not trouble:
            self._tell(Recording(True))
        elif self._in_a_row >= TROUBLED_AFTER:
            self._tell(Recording(False, "cannot_record"))

    def _tell(self, recording: Recording) -> None:
        if recording != self._told:
            self._told = recording
            self._on_change(recording)

    def _record(self, clip: Clip) -> str:
        """Have one clip recorded; the trouble, or an empty text."""
        path, wording = self._clips.path(clip), self._clips.wording(clip)
        if path.is_file():
            return ""
        order = {"text": clip.text, "file": str(path)}
        try:
            process = self._process_of(wording)
            assert process.stdin is not None
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            self._kill_process()
            return f"the voice process did not take the order: {error}"
        line = self._answer(process)
        if line is None:
            self._kill_process()
            return f"no answer in {self._limit_s:g} s, or the voice process ended; it is replaced"
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self._kill_process()
            return f"the voice process answered {line[:80]!r}; it is replaced"
        if answer.get("done") is not True:
            return str(answer.get("error"))
        with contextlib.suppress(OSError):  # the clip is there; its line is for readers
            self._clips.recorded(clip)
        return ""

    def _answer(self, process: subprocess.Popen[bytes]) -> bytes | None:
        """The next line; None if none came in time. A dead process ends the wait at once."""
        assert process.stdout is not None
        line, until = b"", time.monotonic() + self._limit_s
        while not line.endswith(b"\n") and len(line) < ANSWER_BYTES:
            if time.monotonic() > until or self._closing.is_set():
                return None
            if not select.select([process.stdout], [], [], LOOK_S)[0]:
                continue
            read = os.read(process.stdout.fileno(), ANSWER_BYTES)
            if not read:
                return None
            line += read
        return line

    def _process_of(self, wording: Wording) -> subprocess.Popen[bytes]:
        if self._process is not None and self._speaks == wording.language:
            return self._process
        self._end_process()
        self._speaks = wording.language
        self._process = subprocess.Popen(
            (*self._command, wording.voice, str(wording.rate)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; and whatever it starts ends with it
        )
        return self._process

    def _kill_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _kill(process)
            _reap(process)
            for left in self._clips.directory.glob(f"*.{process.pid}.*"):
                left.unlink(missing_ok=True)

    def _end_process(self) -> None:
        """Let it go when there is nothing to record: it holds 20 MB."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        try:
            process.stdin.close()
            process.wait(ENDS_S)
        except (OSError, subprocess.TimeoutExpired):
            _kill(process)
        _reap(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.killpg(process.pid, signal.SIGKILL)


def _reap(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was written to a dead process
                pipe.close()
    process.wait()
