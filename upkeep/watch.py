"""The watch: looks at the hall over the bus as `watch`, which may write nothing, and shows it on loopback.

/state.json   the picture, for `hall status` and `hall doctor`
/metrics      the figures, for Prometheus
"""

from __future__ import annotations

import fcntl
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from hall.errors import BadMessage, CannotWrite
from hall.model import Hall
from hall.station.bus import Arrived, Bus, Connected, Disconnected, Ears, PahoLink
from hall.station.host import Stop
from hall.station.inbox import Inbox
from hall.station.notify import ServiceManager
from hall.station.settings import read_hall, read_text
from hall.topics import WATCH
from upkeep.homeassistant import discovery
from upkeep.layout import Layout
from upkeep.metrics import CONTENT_TYPE, exposition
from upkeep.picture import Picture, Seen, as_json
from upkeep.provision import read_site

LOOPBACK = "127.0.0.1"
TICK_S = 1.0
log = logging.getLogger("watch")


class Watch:
    """A connection that only looks."""

    def __init__(
        self, hall: Hall, port: int, password: str, *, home_assistant: bool = False, turn: Path | None = None
    ) -> None:
        """`turn`: a file that those lock who look for a moment; one identity has one connection."""
        self.inbox = Inbox()
        self._place = turn
        self._told: dict[str, bytes] | None = {} if home_assistant else None
        self._seen = Seen(hall)
        self._lock = threading.Lock()
        self._refused = False

        def link(ears: Ears) -> PahoLink:
            return PahoLink(ears, host=LOOPBACK, port=port, user=WATCH, password=password)

        self._bus = Bus(link, self.inbox.put, self._seen.filters())

    @classmethod
    def of(cls, at: Layout) -> Watch:
        """The watch of a provisioned hall. Raises BadFile."""
        secret = at.conf / "watch.password"
        site = read_site(at.conf)
        password = read_text(secret).strip()
        return cls(read_hall(at.hall), site.port, password, home_assistant=site.home_assistant, turn=secret)

    def start(self) -> None:
        self._bus.start()

    def stop(self) -> None:
        self._bus.stop()

    def turn(self, timeout_s: float = TICK_S) -> bool:
        """Hear what has come; False once a `Stop` came."""
        for event in self.inbox.take(timeout_s):
            if isinstance(event, Stop):
                return False
            with self._lock:
                self._hear(event)
        if self._told is not None and self._seen.is_complete and self._seen.broker:
            self._tell(self._told)
        return True

    def _tell(self, told: dict[str, bytes]) -> None:
        """Home Assistant is told what is new, and what has gone."""
        now = discovery(self.picture())
        for topic, payload in now.items():
            if told.get(topic) != payload:
                self._bus.publish(topic, payload, retain=True)
        for topic in told.keys() - now.keys():
            self._bus.publish(topic, b"", retain=True)
        told.clear()
        told.update(now)

    def picture(self) -> Picture:
        """One look; from any thread."""
        with self._lock:
            return self._seen.picture(time.monotonic())

    def look_for(self, limit_s: float) -> Picture:
        """The picture once it is complete, or what there is when the limit is over or the broker is not there. Others
        who look in this way wait for their turn: the broker shuts out the first of two of one name."""
        with _turn(self._place):
            return self._look(time.monotonic() + limit_s)

    def _look(self, until: float) -> Picture:
        self.start()
        try:
            while (left := until - time.monotonic()) > 0 and not (self._seen.is_complete or self._refused):
                self.turn(left)
            return self.picture()
        finally:
            self.stop()

    def _hear(self, event: object) -> None:
        if isinstance(event, Arrived):
            try:
                self._seen.hear(event.topic, event.payload, time.monotonic())
            except BadMessage as error:
                log.warning("dropped a message on %s: %s", event.topic, error)
            self._bus.ack(event.token)
        elif isinstance(event, Connected):
            self._seen.broker, self._refused = True, False
        elif isinstance(event, Disconnected):
            log.warning("broker: %s", event.reason)
            self._seen.broker, self._refused = False, True


@contextmanager
def _turn(place: Path | None) -> Iterator[None]:
    if place is None:
        yield
        return
    with place.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # for seconds: a look has a limit, and the kernel frees what a killed one held
        yield


def serve(look: Callable[[], Picture], port: int) -> ThreadingHTTPServer:
    """Show the picture on loopback, from a thread of its own. Raises CannotWrite if the port is taken."""

    class Page(BaseHTTPRequestHandler):
        timeout = 10.0

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._send(200, CONTENT_TYPE, exposition(look))
            elif self.path == "/state.json":
                self._send(200, "application/json", as_json(look()))
            else:
                self._send(404, "text/plain", b"/metrics or /state.json\n")

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass  # a line every fifteen seconds tells nobody anything

    try:
        server = ThreadingHTTPServer((LOOPBACK, port), Page)
    except OSError as error:
        raise CannotWrite(f"{LOOPBACK}:{port}: {error}: name another port with --port") from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def run(at: Layout, port: int) -> int:
    """Watch until a signal; the exit status."""
    watch = Watch.of(at)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: watch.inbox.put(Stop()))
    manager = ServiceManager.of_this_process()
    server = serve(watch.picture, port)
    watch.start()
    manager.ready()
    try:
        while watch.turn():
            manager.alive(time.monotonic())
    finally:
        manager.stopping()
        server.shutdown()
        watch.stop()
    return 0


def shown(port: int) -> Picture | None:
    """What a running watch shows; None if there is none."""
    import http.client

    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3.0)
    try:
        connection.request("GET", "/state.json")
        return msgspec.json.decode(connection.getresponse().read(), type=Picture)
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return None
    finally:
        connection.close()
