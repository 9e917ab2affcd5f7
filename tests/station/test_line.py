"""A line whose port goes away: whoever writes is told, and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
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


class Tries(threading.Event):
    """A line's `closing` that remembers how long each pause was, and closes after six of them."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.pauses.append(timeout)
        if len(self.pauses) == 6:
            self.set()
        return self.is_set()


class Gone:
    """A port that opens, and breaks at the first byte."""

    def read(self) -> bytes:
        raise OSError("pulled")

    def close(self) -> None:
        pass


def pauses(monkeypatch: pytest.MonkeyPatch, opened: Callable[..., object]) -> list[float]:
    monkeypatch.setattr("hall.station.line.open_port", opened)
    line = Line("/dev/none", LineSettings(), lambda _data: None, lambda _open, _reason: None)
    tries = Tries()
    monkeypatch.setattr(line, "_closing", tries)
    line.start()
    assert threading.Event.wait(tries, LIMIT_S)
    line.close()
    return tries.pauses


def test_a_port_that_is_not_there_is_tried_less_and_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> object:
        raise OSError("no such port")

    assert pauses(monkeypatch, none) == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0]


def test_so_is_one_that_opens_and_breaks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pauses(monkeypatch, lambda *_: Gone()) == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
