"""One RS-485 line for many devices: keypads, pads and bars of a whole hall, told apart by address, half duplex.

Every client hears all bytes; its decoder passes over what is not its own. What clients write are whole frames, and one
thread sends them one at a time, in the order of `hall.station.schedule`. `SharedLine` is the shell around a `Line`;
`Lines` opens every URL once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from hall.errors import BadFile
from hall.station.line import Line, LineSettings
from hall.station.port import airtime_s
from hall.station.schedule import Order, Schedule

SENT_LIMIT_S: Final = 1.5  # a client that waits for its frame to leave waits no longer

OnBytes = Callable[[bytes], None]
OnState = Callable[[bool, str], None]


class Port(Protocol):
    """A role's end of a line; hall.station.line.Line is one, too."""

    def start(self) -> None: ...
    def write(self, data: bytes, *, unacknowledged: bool = False, left: Callable[[], None] | None = None) -> bool: ...
    def poll(self, frame: bytes, reply_s: float) -> None: ...
    def close(self) -> None: ...


class Client:
    """A role's end of a shared line: a Port. `waits`: write returns when the frame leaves, not when it is queued."""

    def __init__(self, line: SharedLine, on_bytes: OnBytes, on_state: OnState, waits: bool) -> None:
        self._line = line
        self.on_bytes = on_bytes
        self.on_state = on_state
        self.waits = waits

    def start(self) -> None:
        """Hear and be told from now on; opens the port if nobody has. `on_state` may be called before this returns."""
        self._line.join(self)

    def write(self, data: bytes, *, unacknowledged: bool = False, left: Callable[[], None] | None = None) -> bool:
        """Give one frame to the line; False if the port is not open or the frame was dropped. `unacknowledged`: no
        device will say that it has come, so it is sent once more if somebody speaks into it. `left` is called on the
        line's thread when it was handed to the port."""
        return self._line.write(self, data, unacknowledged=unacknowledged, left=left)

    def poll(self, frame: bytes, reply_s: float) -> None:
        """Let the line ask a device of ours with this frame whenever nothing else is to be sent."""
        self._line.poll(self, frame, reply_s)

    def close(self) -> None:
        """Leave; the last one closes the port."""
        self._line.leave(self)


class SharedLine:
    """The shell of a `Schedule` around a `Line`. Clients' callbacks run on the line's thread, one at a time."""

    def __init__(self, url: str, settings: LineSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._clock = clock
        self._byte_s = byte_airtime_s(settings)
        self._line = Line(url, settings, self._heard, self._state)
        self._telling = threading.RLock()  # guards clients and known; callbacks run under it, never a close
        self._clients: list[Client] = []
        self._known: tuple[bool, str] | None = None
        self._changed = threading.Condition()  # guards what follows
        self._schedule = Schedule(self._byte_s)
        self._open = False
        self._started = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"shared line {url}", daemon=True)

    @property
    def is_closed(self) -> bool:
        """Whether the last client has left."""
        return self._closing

    def join(self, client: Client) -> None:
        """A client takes part."""
        with self._telling:
            self._clients.append(client)
            if self._known is not None:
                client.on_state(*self._known)
            first, self._started = not self._started, True
        if first:
            self._thread.start()
            self._line.start()

    def leave(self, client: Client) -> None:
        """A client takes part no more; what it has waiting is dropped."""
        with self._telling:
            if client not in self._clients:
                return
            self._clients.remove(client)
            last = not self._clients
        with self._changed:
            self._schedule.leave(client)
            self._closing = last
            self._changed.notify_all()
        if last:
            self._thread.join(timeout=2)  # before the port goes: closing it under a write makes the write break
            self._line.close()

    def write(
        self, client: Client, frame: bytes, *, unacknowledged: bool = False, left: Callable[[], None] | None = None
    ) -> bool:
        """See Client.write."""
        with self._changed:
            if not self._open or self._closing:
                return False
            order = self._schedule.add(client, frame, self._clock(), unacknowledged=unacknowledged)
            order.on_left = left
            self._changed.notify_all()
            if not client.waits:
                return order.left is not False
            self._changed.wait_for(lambda: order.left is not None, SENT_LIMIT_S)
            if order.left is None:
                self._schedule.drop(client)
            return bool(order.left)

    def poll(self, client: Client, frame: bytes, reply_s: float) -> None:
        """See Client.poll."""
        with self._changed:
            self._schedule.poll(client, frame, reply_s)
            self._changed.notify_all()

    # --- on the line's thread -------------------------------------------------------------------------------

    def _heard(self, data: bytes) -> None:
        with self._changed:
            if self._schedule.heard(self._clock()):
                self._changed.notify_all()
        with self._telling:
            for client in tuple(self._clients):
                client.on_bytes(data)

    def _state(self, is_open: bool, reason: str) -> None:
        with self._changed:
            self._open = is_open
            self._schedule.drop()
            self._changed.notify_all()
        with self._telling:
            self._known = (is_open, reason)
            for client in tuple(self._clients):
                client.on_state(is_open, reason)

    # --- on our own -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                found = self._schedule.next(self._clock()) if self._open else None
                if not isinstance(found, Order):
                    self._changed.wait(found)
                    continue
            left = self._line.write(found.frame)
            if left and found.on_left is not None:
                found.on_left()
            with self._changed:
                found.left = left
                self._changed.notify_all()


class Lines:
    """The ports of one process by URL, each opened once."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._lines: dict[str, SharedLine] = {}

    def port(
        self, url: str, settings: LineSettings, on_bytes: OnBytes, on_state: OnState, *, waits: bool = False
    ) -> Client:
        """A client of the URL's line. Raises BadFile if it is there with other settings."""
        with self._guard:
            line = self._lines.get(url)
            if line is None or line.is_closed:
                line = self._lines[url] = SharedLine(url, settings)
        if line.settings != settings:
            raise BadFile((f"{url}: two devices on one line, at {_said(line.settings)} and at {_said(settings)}",))
        return Client(line, on_bytes, on_state, waits)


def byte_airtime_s(settings: LineSettings) -> float:
    """Start bit, data, parity and stop bits at the line's baud."""
    return airtime_s(settings, 1)


def _said(settings: LineSettings) -> str:
    return f"{settings.baud} {settings.bits}{settings.parity}{settings.stop_bits:g}"
