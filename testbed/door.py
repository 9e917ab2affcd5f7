"""A door before the broker: everybody's connection goes through it, and can be cut there or left half open.

Whose connection it is stands in its first packet: CONNECT carries the client id, which is the station's own.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

CHUNK: Final = 65_536
REACH_S: Final = 2.0  # to the broker behind the door
CONNECT: Final = 0x10


class _Pair:
    """A client's connection, and ours to the broker behind it."""

    def __init__(self, client: socket.socket, broker: socket.socket) -> None:
        self.client, self.broker = client, broker
        self.name = ""
        self.passing = threading.Event()
        self.passing.set()

    def close(self) -> None:
        self.passing.set()
        for end in (self.client, self.broker):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Door:
    """Listens at `port` from its making until it is closed."""

    def __init__(self, port: int, broker_port: int) -> None:
        self.port: Final = port
        self._broker_port = broker_port
        self._lock = threading.Lock()
        self._pairs: set[_Pair] = set()
        self._listening = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, name="door", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nobody comes in any more, and all are cut."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def cut(self, name: str = "") -> int:
        """Break the connections of a client, or all; how many."""
        pairs = self._of(name)
        for pair in pairs:
            pair.close()
        return len(pairs)

    def half_open(self, name: str, lasts_s: float, wait: Callable[[float], object] = time.sleep) -> int:
        """The connections of a client look alive and nothing passes; then they break. How many."""
        pairs = self._of(name)
        for pair in pairs:
            pair.passing.clear()
        wait(lasts_s)
        for pair in pairs:
            pair.close()
        return len(pairs)

    def _of(self, name: str) -> list[_Pair]:
        with self._lock:
            return [pair for pair in self._pairs if name in ("", pair.name)]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(client,), name="door", daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        try:
            broker = socket.create_connection(("127.0.0.1", self._broker_port), REACH_S)
        except OSError:
            client.close()  # nobody is behind the door
            return
        broker.settimeout(None)
        for end in (client, broker):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(client, broker)
        with self._lock:
            self._pairs.add(pair)
        back = threading.Thread(target=self._pass, args=(pair, broker, client), name="door back", daemon=True)
        back.start()
        self._pass(pair, client, broker)
        back.join()
        with self._lock:
            self._pairs.discard(pair)

    def _pass(self, pair: _Pair, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(CHUNK):
                if not pair.name and source is pair.client:
                    pair.name = client_id(data)
                pair.passing.wait()
                target.sendall(data)
        except OSError:
            pass  # cut, by us or by either end
        pair.close()


def client_id(data: bytes) -> str:
    """The client id in an MQTT 3.1.1 or 5 CONNECT packet; empty if it is none."""
    try:
        if data[0] != CONNECT:
            return ""
        _, at = _varint(data, 1)
        at += 2 + int.from_bytes(data[at : at + 2], "big")  # the protocol's name
        version = data[at]
        at += 4  # version, flags, keep alive
        if version == 5:
            size, at = _varint(data, at)
            at += size
        length = int.from_bytes(data[at : at + 2], "big")
        return data[at + 2 : at + 2 + length].decode("utf-8", "replace")
    except IndexError:
        return ""


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
