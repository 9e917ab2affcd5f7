"""Ports by URL and the line that keeps one: real sockets, PTYs, an RFC 2217 server; nothing waits for ever."""

from __future__ import annotations

import queue
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import serial
import serial.rfc2217
from serial.urlhandler import protocol_loop

from hall.station import port as ports
from hall.station.line import Line, LineSettings
from hall.station.port import BadPort, open_port
from testbed.pty import Pty

LIMIT_S = 10.0
SETTINGS = LineSettings(baud=9600)


class Kept:
    """A line, and what it told."""

    def __init__(self, url: str) -> None:
        self.states: queue.Queue[tuple[bool, str]] = queue.Queue()
        self._bytes: queue.Queue[bytes] = queue.Queue()
        self.line = Line(url, SETTINGS, self._bytes.put, lambda is_open, reason: self.states.put((is_open, reason)))

    def __enter__(self) -> Kept:
        self.line.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def becomes(self, is_open: bool) -> str:
        """Wait until it tells so; the reason."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            told, reason = self.states.get(timeout=deadline - time.monotonic())
            if told is is_open:
                return reason

    def hears(self, wanted: bytes) -> None:
        heard = b""
        while len(heard) < len(wanted):
            heard += self._bytes.get(timeout=LIMIT_S)
        assert heard == wanted


class Server:
    """A TCP port with one client at a time."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(LIMIT_S)
        self.port: int = self._socket.getsockname()[1]

    def accept(self) -> socket.socket:
        client, _ = self._socket.accept()
        client.settimeout(LIMIT_S)
        return client

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.mark.parametrize("scheme", ["tcp", "socket"])
def test_a_network_port_passes_every_byte_both_ways_and_is_opened_again(server: Server, scheme: str) -> None:
    every = bytes(range(256)) * 8
    with Kept(f"{scheme}://127.0.0.1:{server.port}") as kept:
        client = server.accept()
        kept.becomes(is_open=True)
        client.sendall(every)
        kept.hears(every)
        assert kept.line.write(every)
        heard = b""
        while len(heard) < len(every):
            heard += client.recv(4096)
        assert heard == every
        client.close()
        assert "closed" in kept.becomes(is_open=False)
        again = server.accept()
        kept.becomes(is_open=True)
        again.sendall(b"back")
        kept.hears(b"back")
        again.close()


def test_a_peer_that_takes_nothing_does_not_hold_the_writer(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "WRITE_LIMIT_S", 0.3)
    port = open_port(f"tcp://127.0.0.1:{server.port}", SETTINGS)
    client = server.accept()
    began = time.monotonic()
    with pytest.raises(OSError, match="taken nothing"):
        port.write(bytes(200 << 20))
    assert time.monotonic() - began < LIMIT_S
    port.close()
    client.close()


def test_a_port_that_opens_and_breaks_is_given_time(server: Server) -> None:
    with Kept(f"tcp://127.0.0.1:{server.port}") as kept:
        opened: list[float] = []
        for _ in range(4):
            server.accept().close()
            kept.becomes(is_open=False)
            opened.append(time.monotonic())
        assert opened[-1] - opened[0] > 0.5 + 1.0 + 1.5  # 0.5, 1, 2 s between them; a spinning line would take none


@pytest.mark.parametrize(
    "url",
    [
        "tcp://127.0.0.1",
        "tcp://:9100",
        "tcp://h:9100/x",
        "tcp://h:99999",
        "tcp://h:9100?rs485=rts",
        "/dev/null?rs485=x",
        "/dev/null?echo=keep",
        "/dev/null?echo",
    ],
)
def test_urls_that_are_no_ports_say_what_is_wrong(url: str) -> None:
    with pytest.raises(BadPort, match=r"tcp://|Port out of range|rts-low|echo is drop"):
        open_port(url, SETTINGS)


def test_after_the_cable_was_pulled_the_same_path_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "port"
    first, second = Pty(), Pty()
    path.symlink_to(first.path)
    with Kept(str(path)) as kept:
        kept.becomes(is_open=True)
        first.write(b"one")
        kept.hears(b"one")
        path.unlink()
        first.unplug()
        assert kept.becomes(is_open=False)
        path.symlink_to(second.path)
        kept.becomes(is_open=True)
        second.write(b"two")
        kept.hears(b"two")
    second.unplug()


class Wired(serial.Serial):
    """A PTY with modem lines, which the server's protocol side reads and sets."""

    cts = dsr = ri = cd = property(lambda _: True)

    def _update_rts_state(self) -> None: ...
    def _update_dtr_state(self) -> None: ...


class TerminalServer(threading.Thread):
    """RFC 2217 before a PTY, with pyserial's own protocol side."""

    def __init__(self, server: Server, pty: Pty) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._serial = Wired(pty.path, timeout=0)
        self.done = threading.Event()
        self.bauds: list[int] = []

    def run(self) -> None:
        client = self._server.accept()
        client.setblocking(False)

        class Connection:
            def write(self, data: bytes) -> None:
                client.sendall(data)

        serial_port, connection = cast("Any", self._serial), cast("Any", Connection())
        manager: Any = serial.rfc2217.PortManager(serial_port, connection)
        while not self.done.is_set():
            ready = select.select([client.fileno(), self._serial.fileno()], [], [], 0.05)[0]
            if client.fileno() in ready:
                data = client.recv(1024)
                if not data:
                    break
                self._serial.write(b"".join(manager.filter(data)))
            if self._serial.fileno() in ready:
                client.sendall(b"".join(manager.escape(self._serial.read(1024))))
            self.bauds.append(self._serial.baudrate)
        client.close()
        self._serial.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial.rfc2217")
def test_a_terminal_server_passes_bytes_and_settings(server: Server) -> None:
    pty = Pty()
    terminal = TerminalServer(server, pty)
    terminal.start()
    url = f"rfc2217://127.0.0.1:{server.port}?ign_set_control"
    with Kept(url) as kept:
        kept.becomes(is_open=True)
        pty.write(b"\xff\x68\xff")
        kept.hears(b"\xff\x68\xff")
        assert kept.line.write(b"\xff\x00\xff\xff")
        heard = b""
        deadline = time.monotonic() + LIMIT_S
        while len(heard) < 4 and time.monotonic() < deadline:
            select.select([pty.master], [], [], 0.1)
            heard += pty.read()
        assert heard == b"\xff\x00\xff\xff"
        assert terminal.bauds[-1] == 9600
        terminal.done.set()
        assert kept.becomes(is_open=False)
    terminal.join(LIMIT_S)
    pty.unplug()


@pytest.mark.parametrize(("option", "sends"), [("rts", True), ("rts-low", False)])
def test_the_direction_of_an_adapter_is_turned_round_every_frame(
    monkeypatch: pytest.MonkeyPatch, option: str, sends: bool
) -> None:
    turned: list[tuple[bool, float]] = []
    written: list[float] = []
    real_write = protocol_loop.Serial.write

    def turn(port: Any) -> None:
        turned.append((port._rts_state, time.monotonic()))

    def write(port: Any, data: bytes) -> int:
        written.append(time.monotonic())
        return real_write(port, data) or 0

    monkeypatch.setattr(protocol_loop.Serial, "_update_rts_state", turn)
    monkeypatch.setattr(protocol_loop.Serial, "write", write)
    port = open_port(f"loop://?rs485={option}", LineSettings(baud=1200))
    turned.clear()
    port.write(bytes(12))
    (to_send, at), (to_hear, then) = turned
    assert (to_send, to_hear) == (sends, not sends)
    assert at <= written[0]
    assert then - written[0] >= 12 * 10 / 1200  # not before the last bit has left
    assert port.read()
    port.close()


def test_what_is_sent_comes_back_only_where_it_is_not_dropped() -> None:
    for url, heard in (("loop://", b"\xff\x68"), ("loop://?echo=drop", b""), ("loop://?rs485=rts&echo=drop", b"")):
        port = open_port(url, SETTINGS)
        port.write(b"\xff\x68")
        assert port.read() == heard, url
        port.close()


def test_an_adapter_without_rts_is_told(tmp_path: Path) -> None:
    pty = Pty()
    with pytest.raises(OSError, match="no RTS"):
        open_port(f"{pty.path}?rs485=rts", SETTINGS)
    pty.unplug()
    with Kept(str(tmp_path / "nothing")) as kept:
        assert "nothing" in kept.becomes(is_open=False)


def test_what_is_wrong_with_a_path_is_told_in_few_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, told in (
        ("none", "No such file or directory"),
        ("", "Is a directory"),
        ("file", "this is no serial port"),
    ):
        with pytest.raises(OSError, match=f"^{tmp_path / name}: {told}$"):
            open_port(str(tmp_path / name), SETTINGS)


def test_a_cable_that_was_pulled_is_told_in_words() -> None:
    far = Pty()
    with Kept(far.path) as kept:
        kept.becomes(is_open=True)
        far.unplug()
        assert kept.becomes(is_open=False) in (
            "the device was unplugged, or another program has this port, too",
            "Input/output error",
        )


def test_a_port_that_another_program_reads_is_not_read_by_two() -> None:
    far = Pty()
    with Kept(far.path) as station:
        station.becomes(is_open=True)
        with Kept(far.path) as bench:
            assert bench.becomes(is_open=False) == f"{far.path}: another program has this port: stop it first"
            far.write(b"whole")
            station.hears(b"whole")
    with Kept(far.path) as bench:
        bench.becomes(is_open=True)  # given back
    far.close()
