"""A lean MQTT 3.1.1 client for measuring: one socket, no thread, QoS 1. What it costs is not what is measured.

CONNECT 10 │ CONNACK 20 │ PUBLISH 32 (QoS 1) │ PUBACK 40 │ SUBSCRIBE 82 │ SUBACK 90 │ DISCONNECT e0
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

LIMIT_S = 10.0
CONNACK, PUBLISH, PUBACK, SUBACK = 0x20, 0x30, 0x40, 0x90


class Connection:
    """A station's connection to the broker; every message that arrives is acknowledged at once."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray()
        self._packet_id = 0
        flags = 0xC2  # user name, password, clean session
        head = _text("MQTT") + bytes((4, flags)) + struct.pack(">H", 0)
        self._send(0x10, head + _text(user) + _text(user) + _text(password))
        self._await(CONNACK)

    def fileno(self) -> int:
        return self.socket.fileno()

    def subscribe(self, topic: str) -> None:
        """Subscribe with QoS 1 and wait until the broker has it."""
        self._send(0x82, struct.pack(">H", self._next_id()) + _text(topic) + b"\x01")
        self._await(SUBACK)

    def publish(self, topic: bytes, payload: bytes) -> None:
        """Publish with QoS 1; the broker's acknowledgement is read past."""
        self._send(0x32, struct.pack(">H", len(topic)) + topic + struct.pack(">H", self._next_id()) + payload)

    def receive(self) -> list[tuple[bytes, bytes]]:
        """Read once from the socket; the messages that are complete: topic, payload. Raises ConnectionError."""
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the broker hung up")
        self._buffer += data
        return [_message(body) for kind, body in self._packets() if kind == PUBLISH]

    def close(self) -> None:
        """Say goodbye."""
        self._send(0xE0, b"")
        self.socket.close()

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        """Complete packets; a message is acknowledged on the way."""
        acks = bytearray()
        buffer, at = self._buffer, 0
        while (found := _length(buffer, at + 1)) is not None:
            length, start = found
            if len(buffer) < start + length:
                break
            kind, body = buffer[at] & 0xF0, bytes(buffer[start : start + length])
            if kind == PUBLISH and buffer[at] & 0x06:
                topic = int.from_bytes(body[:2], "big")
                acks += b"\x40\x02" + body[2 + topic : 4 + topic]
                body = body[: 2 + topic] + body[4 + topic :]
            at = start + length
            yield kind, body
        del buffer[:at]
        if acks:
            self.socket.sendall(acks)

    def _await(self, wanted: int) -> None:
        while True:
            data = self.socket.recv(65_536)
            if not data:
                raise ConnectionError("the broker refused the connection")
            self._buffer += data
            for kind, body in self._packets():
                if kind == wanted:
                    if body[-1] >= 0x80 or (kind == CONNACK and body[1]):
                        raise ConnectionError(f"the broker refused: {kind:#x} {body.hex()}")
                    return

    def _next_id(self) -> int:
        self._packet_id = self._packet_id % 65_535 + 1
        return self._packet_id

    def _send(self, kind: int, body: bytes) -> None:
        size, length = bytearray(), len(body)
        while True:
            length, low = divmod(length, 128)
            size.append(low | (0x80 if length else 0))
            if not length:
                break
        self.socket.sendall(bytes((kind,)) + size + body)


def _text(words: str) -> bytes:
    data = words.encode()
    return struct.pack(">H", len(data)) + data


def _length(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """The remaining length that stands at `at`, and where the body begins; None if it is not all there."""
    value = 0
    for i in range(4):
        if at + i >= len(buffer):
            return None
        byte = buffer[at + i]
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, at + i + 1
    raise ConnectionError("a packet without a length")


def _message(body: bytes) -> tuple[bytes, bytes]:
    topic = int.from_bytes(body[:2], "big")
    return body[2 : 2 + topic], body[2 + topic :]
