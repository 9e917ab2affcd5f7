"""A line whose port goes away: whoever writes is told, and goes on."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import serial

from hall.station.line import Line, LineSettings
from testbed.pty import Pty

LIMIT_S = 10.0


class Closing:
    """A port that the reading thread closes while another writes: pyserial's descriptor is None just then."""

    in_waiting = 0

    def __init__(self) -> None:
        self._closed = threading.Event()

    def read(self, _count: int) -> bytes:
        self._closed.wait(LIMIT_S)
        return b""

    def write(self, _data: bytes) -> int:
        raise TypeError("argument must be an int, or have a fileno() method.")

    def cancel_read(self) -> None:
        self._closed.set()

    def close(self) -> None:
        self._closed.set()


def test_a_port_that_is_being_closed_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = threading.Event()

    def port(*_: Any, **__: Any) -> Closing:
        return Closing()

    monkeypatch.setattr(serial, "serial_for_url", port)
    line = Line(
        "/dev/none", LineSettings(), lambda _data: None, lambda is_open, _reason: opened.set() if is_open else None
    )
    line.start()
    assert opened.wait(LIMIT_S)
    assert line.write(b"\x10\x04\x01") is False
    line.close()


def test_the_number_of_a_pulled_pty_is_not_given_to_another() -> None:
    pulled = Pty()
    path = pulled.path
    pulled.unplug()
    others = [Pty() for _ in range(5)]
    assert path not in {other.path for other in others}
    for other in others:
        other.close()
