"""A line owns a port: it opens it, reads it, writes it, and opens it again after the cable was pulled."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import serial
from msgspec import Struct

FIRST_RETRY_S = 0.25
LAST_RETRY_S = 5.0
WRITE_LIMIT_S = 5.0


class LineSettings(Struct, frozen=True, kw_only=True):
    """Baud rate and frame of a port."""

    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop_bits: float = 1


class Line:
    """A port and its reading thread. `on_bytes(data)` and `on_state(open, reason)` are called from that thread."""

    def __init__(
        self,
        url: str,
        settings: LineSettings,
        on_bytes: Callable[[bytes], None],
        on_state: Callable[[bool, str], None],
    ) -> None:
        self.url = url
        self._settings = settings
        self._on_bytes = on_bytes
        self._on_state = on_state
        self._port: serial.Serial | None = None
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"line {url}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, data: bytes) -> bool:
        """Hand bytes to the port; False if it is not open or broke (`on_state` then tells)."""
        port = self._port
        if port is None:
            return False
        with self._writing:
            try:
                port.write(data)  # no flush: tcdrain has no limit, and a stuck port would stop its thread
            except (serial.SerialException, OSError, TypeError):  # the last: the reading thread closes it just now
                return False
        return True

    def close(self) -> None:
        """Close the port and end the thread."""
        self._closing.set()
        port = self._port
        if port is not None:
            with contextlib.suppress(AttributeError, OSError):
                port.cancel_read()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        wait = FIRST_RETRY_S
        told = ""
        while not self._closing.is_set():
            try:
                self._port = self._open()
            except (serial.SerialException, OSError, ValueError) as error:
                if told != str(error):
                    told = str(error)
                    self._on_state(False, told)
                self._closing.wait(wait)
                wait = min(wait * 2, LAST_RETRY_S)
                continue
            wait, told = FIRST_RETRY_S, ""
            self._on_state(True, "")
            reason = self._read(self._port)
            port, self._port = self._port, None
            with contextlib.suppress(serial.SerialException, OSError):
                port.close()
            if not self._closing.is_set():
                self._on_state(False, reason)

    def _open(self) -> serial.Serial:
        return serial.serial_for_url(
            self.url,
            baudrate=self._settings.baud,
            bytesize=self._settings.bits,
            parity=self._settings.parity,
            stopbits=self._settings.stop_bits,
            timeout=0.5,
            write_timeout=WRITE_LIMIT_S,
        )

    def _read(self, port: serial.Serial) -> str:
        """Read until the port breaks or the line closes; the reason."""
        while not self._closing.is_set():
            try:
                data = port.read(1)
                if data:
                    data += port.read(port.in_waiting)
            except (serial.SerialException, OSError, TypeError) as error:
                return str(error) or type(error).__name__
            if data:
                self._on_bytes(data)
        return "closed"
