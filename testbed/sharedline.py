"""One RS-485 line: any number of virtual devices on one host port, at the speed of the wire, half duplex.

line = SharedLine()
line.clamp(VirtualKeypad(3, profile).path)                 listens before it speaks
line.clamp(VirtualBar(1, profile).path, listens=False)     replies at once
…                                                          the product opens line.path

Every byte takes its airtime, both ways. Who speaks while another speaks spoils both: a collision. The host is never
held back: whether it listens is what is to be seen. Devices that listen and wait at the same time take turns, which
no real line promises; one clamped with `listens=False` does not. With `echoes` the host hears itself, as behind an
adapter whose receiver stays on.
"""

import contextlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

import msgspec

from testbed.pty import CHUNK, Pty

MAX_BURSTS: Final = 50_000
HOST: Final = "host"
LISTEN_BYTES: Final = 5  # airtimes of silence before a listening device speaks: a host that answers comes first
_SPOILT: Final = 0x55
_CLOSE_LIMIT_S: Final = 5.0


class Burst(msgspec.Struct, frozen=True):
    """What one talker said without a pause: from its first byte's start to its last byte's end, monotonic seconds."""

    talker: str  # HOST, or the path of the device
    began: float
    ended: float
    data: bytes  # as meant
    collided: bool


class _Talker:
    """One end of the line, and what it is saying."""

    def __init__(self, name: str, fd: int, listens: bool) -> None:
        self.name = name
        self.fd = fd
        self.listens = listens
        self.waiting = bytearray()
        self.said = bytearray()
        self.began: float | None = None  # None: silent
        self.clean = 0  # how many bytes were said before a collision
        self.collided = False


class SharedLine:
    """The wire. `path` is the host's serial port."""

    def __init__(
        self, baud: int = 9600, on_burst: Callable[[Burst], None] | None = None, *, echoes: bool = False
    ) -> None:
        self._byte_s = 10 / baud
        self._echoes = echoes
        self._on_burst = on_burst  # called on the line's thread
        self._pty = Pty()
        self._host = _Talker(HOST, self._pty.master, listens=False)
        self._talkers = [self._host]
        self._silent_since = time.monotonic()
        self._lock = threading.Lock()  # guards talkers and what follows
        self._bursts: deque[Burst] = deque(maxlen=MAX_BURSTS)
        self._collisions = 0
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False
        self._orders: deque[Callable[[], None]] = deque()
        self._thread = threading.Thread(target=self._run, name="virtual-rs485", daemon=True)
        self._thread.start()

    @property
    def path(self) -> str:
        """The host's serial port; another one after `replug`."""
        return self._pty.path

    def unplug(self) -> None:
        """Pull the host's cable; the devices stay on their line."""
        self._do(self._pull)

    def replug(self) -> None:
        """Put the host's cable in again: a new port, as a USB adapter gets one."""
        self._do(self._plug)

    def clamp(self, path: str, *, listens: bool = True) -> None:
        """Connect the serial port of a virtual device to the line."""
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        with self._lock:
            self._talkers.append(_Talker(path, fd, listens))
        os.write(self._wake_write, b"!")

    @property
    def bursts(self) -> list[Burst]:
        """What was said, in the order in which it ended."""
        with self._lock:
            return list(self._bursts)

    @property
    def collisions(self) -> int:
        """How often somebody began to speak while another spoke."""
        with self._lock:
            return self._collisions

    def close(self) -> None:
        """Cut the line; closing twice is allowed."""
        if self._stopping:
            return
        self._stopping = True
        os.write(self._wake_write, b"!")
        self._thread.join(_CLOSE_LIMIT_S)
        if self._thread.is_alive():
            raise TimeoutError(f"the line did not stop within {_CLOSE_LIMIT_S} s")
        os.close(self._wake_read)
        os.close(self._wake_write)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _do(self, order: Callable[[], None]) -> None:
        done = threading.Event()

        def obey() -> None:
            order()
            done.set()

        self._orders.append(obey)
        os.write(self._wake_write, b"!")
        if not done.wait(_CLOSE_LIMIT_S):
            raise TimeoutError(f"the line did not do it within {_CLOSE_LIMIT_S} s")

    # --- on the line's thread -------------------------------------------------------------------------------

    def _pull(self) -> None:
        self._pty.unplug()
        self._host.fd = -1
        self._host.waiting.clear()
        self._host.said.clear()
        self._host.began, self._host.collided, self._host.clean = None, False, 0

    def _plug(self) -> None:
        self._pty.close()
        self._pty = Pty()
        self._host.fd = self._pty.master

    def _run(self) -> None:
        try:
            while not self._stopping:
                with self._lock:
                    while self._orders:
                        self._orders.popleft()()
                    now = time.monotonic()
                    self._say(now)
                    self._begin(now)
                    due = self._due()
                    by_fd = {talker.fd: talker for talker in self._talkers if talker.fd >= 0}
                wait_s = None if due is None else max(0.0, due - time.monotonic())
                ready = select.select([self._wake_read, *by_fd], [], [], wait_s)[0]
                for fd in ready:
                    self._take(fd, by_fd.get(fd))
        finally:
            for talker in self._talkers[1:]:
                os.close(talker.fd)
            self._pty.close()

    def _take(self, fd: int, talker: _Talker | None) -> None:
        if talker is None:
            os.read(fd, CHUNK)  # woken
            return
        try:
            talker.waiting += os.read(fd, CHUNK)
        except BlockingIOError:
            return
        except OSError:  # the device was closed
            with self._lock:
                self._talkers.remove(talker)
            os.close(fd)

    def _say(self, now: float) -> None:
        """Bytes whose last bit has passed are said; who has no more is silent."""
        for talker in self._talkers:
            if talker.began is None:
                continue
            count = int((now - talker.began) / self._byte_s + 1e-6) - len(talker.said)
            if count > 0:
                said, talker.waiting = talker.waiting[:count], talker.waiting[count:]
                talker.said += said
                talker.clean += 0 if talker.collided else len(said)
                if (talker is not self._host or self._echoes) and self._pty.plugged:
                    self._pty.write(_spoilt(said) if talker.collided else bytes(said))
            if not talker.waiting and now >= talker.began + len(talker.said) * self._byte_s - 1e-6:
                self._end(talker)

    def _end(self, talker: _Talker) -> None:
        assert talker.began is not None
        ended = talker.began + len(talker.said) * self._byte_s
        data = bytes(talker.said)
        burst = Burst(talker.name, talker.began, ended, data, talker.collided)
        self._bursts.append(burst)
        if self._on_burst is not None:
            self._on_burst(burst)
        heard = data[: talker.clean] + _spoilt(data[talker.clean :])
        for other in self._talkers:
            if other is not talker and other is not self._host:
                with contextlib.suppress(OSError):  # closed, or nobody reads: the bytes are lost as on a real line
                    os.write(other.fd, heard)
        talker.began, talker.collided, talker.clean = None, False, 0
        talker.said.clear()
        self._silent_since = ended

    def _begin(self, now: float) -> None:
        for talker in self._talkers:
            if not talker.waiting or talker.began is not None:
                continue
            others = [other for other in self._talkers if other.began is not None]
            if talker.listens and (others or now < self._may_speak_at):
                continue
            talker.began = now
            if others:
                self._collisions += 1
                for one in (talker, *others):
                    one.collided = True

    def _due(self) -> float | None:
        times = [
            talker.began + (len(talker.said) + 1) * self._byte_s
            if talker.waiting
            else talker.began + len(talker.said) * self._byte_s
            for talker in self._talkers
            if talker.began is not None
        ]
        if not times and any(talker.waiting for talker in self._talkers):
            return self._may_speak_at
        return min(times, default=None)

    @property
    def _may_speak_at(self) -> float:
        return self._silent_since + LISTEN_BYTES * self._byte_s


def _spoilt(data: bytes | bytearray) -> bytes:
    return bytes(byte ^ _SPOILT for byte in data)
