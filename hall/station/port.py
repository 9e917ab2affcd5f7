"""Ports by URL: what a line reads from and writes to.

    /dev/ttyUSB0          a serial port, or a PTY
    /dev/ttyS1?rs485=rts  the same behind an adapter whose direction RTS turns; rs485=rts-low if low means send
    rfc2217://host:port   a serial port of a terminal server
    tcp://host:port       a network printer, or a gateway to a serial line; socket:// is the same
    …?echo=drop           an adapter that gives back what is sent: its echo is dropped. Several options: ?a=b&c=d

Every call has a limit. What is wrong is an OSError, whatever the port.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import termios
import threading
import time
from collections.abc import Iterator
from typing import Final, Protocol
from urllib.parse import urlsplit

import serial
from msgspec import Struct

from hall.errors import HallError
from hall.profile import Profile
from hall.station.echo import Echo

READ_LIMIT_S: Final = 0.5
WRITE_LIMIT_S: Final = 5.0
OPEN_LIMIT_S: Final = 5.0
KEEPALIVE_S: Final = 5  # a printer that lost its power says no goodbye: 5 s of silence, then three questions
CHUNK: Final = 4096
OPTIONS: Final = {"rs485": ("rts", "rts-low"), "echo": ("drop",)}
TURN_S: Final = 0.0005  # for the last bit to leave the UART after it says that it is empty


class LineSettings(Struct, frozen=True, kw_only=True):
    """Baud rate and frame of a port."""

    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: float = 1


def settings_of(profile: Profile) -> LineSettings:
    """The line of a device as its profile has it."""
    line = profile.line
    return LineSettings(baud=line.baud, bits=line.bits, parity=line.parity, stop_bits=line.stop_bits)


class BadPort(HallError, ValueError):
    """A URL that is no port's."""


class Broken(HallError, OSError):
    """The other end is gone."""


class Port(Protocol):
    """An open port. One thread reads, one writes."""

    def read(self) -> bytes:
        """What has come, b"" after READ_LIMIT_S without anything. Raises OSError when the other end is gone."""

    def write(self, data: bytes) -> None:
        """Hand all of it to the system within WRITE_LIMIT_S. Raises OSError."""

    def cancel(self) -> None:
        """End a read in another thread soon."""

    def close(self) -> None:
        """Give the port back."""


def open_port(url: str, settings: LineSettings) -> Port:
    """The port of a URL. Raises BadPort for a URL that is none, OSError if it cannot be opened now."""
    plain, options = _options(url)
    port = _plain_port(plain, settings, options.get("rs485", ""))
    return _Echoing(port, settings) if "echo" in options else port


def _options(url: str) -> tuple[str, dict[str, str]]:
    """The URL without our own options, and these; what else stands behind its ? is pyserial's."""
    plain, _, query = url.partition("?")
    asked = [part.partition("=") for part in query.split("&") if part]
    options = {name: value for name, _, value in asked if name in OPTIONS}
    for name, value in options.items():
        if value not in OPTIONS[name]:
            raise BadPort(f"{url}: {name} is {' or '.join(OPTIONS[name])} (found {value!r})")
    rest = "&".join("".join(part) for part in asked if part[0] not in OPTIONS)
    return plain + ("?" + rest if rest else ""), options


def _plain_port(url: str, settings: LineSettings, rs485: str) -> Port:
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme in ("tcp", "socket"):
        if rs485:
            raise BadPort(f"{url}: a network port has no RTS; its gateway turns the line, so leave rs485 away")
        return _Tcp(url)
    port = _Serial(url, settings, limited=scheme != "rfc2217")
    return _Rs485(port, settings, sends_high=rs485 == "rts") if rs485 else port


def airtime_s(settings: LineSettings, count: int) -> float:
    """Seconds that so many bytes are on the wire: start bit, data, parity and stop bits."""
    return count * (1 + settings.bits + (settings.parity != "N") + settings.stop_bits) / settings.baud


@contextlib.contextmanager
def _broken(opening: str = "") -> Iterator[None]:
    """What pyserial lets through when a device goes away under it, no OSError either of them; and its own errors in
    fewer words."""
    try:
        yield
    except serial.SerialException as error:
        told = str(error)
        if "exclusively lock" in told:
            told = "another program has this port: stop it first"
        elif told.startswith("device reports readiness"):
            told = "the device was unplugged, or another program has this port, too"
        elif error.errno:
            told = os.strerror(error.errno)
        elif told.startswith("Could not configure port"):
            told = "this is no serial port"
        raise Broken(f"{opening}: {told}" if opening else told) from error
    except (termios.error, TypeError) as error:
        raise Broken(f"the port went away: {error}") from error


class _Serial:
    """pyserial. RFC 2217 refuses a write limit: the network's own is all there is."""

    def __init__(self, url: str, settings: LineSettings, *, limited: bool) -> None:
        with _broken(url):
            self._port = serial.serial_for_url(
                url,
                baudrate=settings.baud,
                bytesize=settings.bits,
                parity=settings.parity,
                stopbits=settings.stop_bits,
                timeout=READ_LIMIT_S,
                write_timeout=WRITE_LIMIT_S if limited else None,
                # Two readers would each get some of the bytes. Ports by URL have no lock.
                exclusive=None if "://" in url else True,
            )

    def read(self) -> bytes:
        with _broken():
            data: bytes = self._port.read(1)
            return data + self._port.read(self._port.in_waiting) if data else b""

    def write(self, data: bytes) -> None:
        with _broken():
            self._port.write(data)  # no flush: tcdrain has no limit, and a stuck port would stop its thread

    def cancel(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            self._port.cancel_read()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._port.close()

    def direction(self, *, high: bool) -> None:
        """Set RTS."""
        with _broken():
            self._port.rts = high


class _Rs485:
    """An adapter that must be told when to send. The kernel's own rs485 mode is not used: where a driver lacks it,
    asking for it spoils every later setting of the port."""

    def __init__(self, port: _Serial, settings: LineSettings, *, sends_high: bool) -> None:
        self._port = port
        self._settings = settings
        self._sends_high = sends_high
        self.read = port.read
        self.cancel = port.cancel
        self.close = port.close
        try:
            port.direction(high=not sends_high)
        except OSError as error:
            port.close()
            raise Broken(f"this port has no RTS, so rs485 cannot be used here: {error}") from error

    def write(self, data: bytes) -> None:
        self._port.direction(high=self._sends_high)
        try:
            self._port.write(data)
            time.sleep(airtime_s(self._settings, len(data)) + TURN_S)
        finally:
            self._port.direction(high=not self._sends_high)


class _Echoing:
    """An adapter that gives back what is sent."""

    def __init__(self, port: Port, settings: LineSettings) -> None:
        self._port = port
        self._settings = settings
        self._echo = Echo()
        self._guard = threading.Lock()
        self.cancel = port.cancel
        self.close = port.close

    def read(self) -> bytes:
        data = self._port.read()
        with self._guard:
            return self._echo.heard(data, time.monotonic())

    def write(self, data: bytes) -> None:
        with self._guard:
            self._echo.sent(data, time.monotonic(), airtime_s(self._settings, len(data)))
        self._port.write(data)


class _Tcp:
    """A socket with limits: pyserial's own waits for ever in a write, and gives one byte at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise BadPort(f"{url}: {error}") from None
        if not host or not port or parts.path not in ("", "/"):
            raise BadPort(f"{url}: expected tcp://host:port, as in tcp://192.168.1.50:9100")
        self._socket = socket.create_connection((host, port), timeout=OPEN_LIMIT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", KEEPALIVE_S), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._socket.setblocking(False)

    def read(self) -> bytes:
        if not self._ready(read=True, limit_s=READ_LIMIT_S):
            return b""
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return b""
        if not data:
            raise Broken("the other end closed the connection")
        return data

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        deadline = time.monotonic() + WRITE_LIMIT_S
        while rest:
            if not self._ready(read=False, limit_s=deadline - time.monotonic()):
                raise Broken(f"the other end has taken nothing for {WRITE_LIMIT_S:g} s")
            with contextlib.suppress(BlockingIOError):
                rest = rest[self._socket.send(rest) :]

    def _ready(self, *, read: bool, limit_s: float) -> bool:
        wanted = [self._socket]
        try:
            found = select.select(wanted if read else [], [] if read else wanted, [], max(0.0, limit_s))
        except ValueError as error:  # closed under us
            raise Broken("closed") from error
        return bool(found[0] or found[1])

    def cancel(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
