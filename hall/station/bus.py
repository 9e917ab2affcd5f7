"""The bus: MQTT 5 through paho. Its thread does nothing but put into the inbox.

A `Token` ties an acknowledgement to the connection that brought the message: after a lost broker session packet ids
start anew, and a late ack would acknowledge somebody else's message.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hall.station.settings import TlsFiles
from hall.topics import QOS

KEEPALIVE_S = 10
RECEIVE_MAXIMUM = 1_000  # lifts Mosquitto's window of 20
SESSION_KEPT_S = 7 * 24 * 3600
QUEUED_OFFLINE = 10_000
log = logging.getLogger("bus")


class Token(Struct, frozen=True):
    """Which message of which connection."""

    generation: int
    mid: int


class Connected(Struct, frozen=True):
    """The broker took us; `session_present`: it still holds our subscriptions and undelivered messages."""

    session_present: bool


class Disconnected(Struct, frozen=True):
    """The broker is gone, or refused us."""

    reason: str


class Arrived(Struct, frozen=True):
    """A message; to be given to `Bus.ack` once what it asks for is safe."""

    topic: str
    payload: bytes
    retained: bool
    token: Token


class Delivered(Struct, frozen=True):
    """The broker has what `Bus.publish` returned this handle for. Not a promise by anyone else."""

    handle: int


class Ears(Protocol):
    """What a link calls, from its own thread."""

    def connected(self, session_present: bool) -> None: ...
    def disconnected(self, reason: str) -> None: ...
    def message(self, topic: str, payload: bytes, retained: bool, mid: int) -> None: ...
    def delivered(self, handle: int) -> None: ...


class Link(Protocol):
    """A connection to a broker: paho's, or the simulation's."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def subscribe(self, filters: Sequence[str]) -> None: ...
    def publish(self, topic: str, payload: bytes, retain: bool) -> int: ...
    def ack(self, mid: int) -> None: ...


class Bus:
    """Publish, subscribe and acknowledge; everything heard goes to `put`."""

    def __init__(self, link: Callable[[Ears], Link], put: Callable[[object], None], filters: Sequence[str]) -> None:
        self._put = put
        self._filters = tuple(filters)
        self._lock = threading.Lock()
        self._generation = 0
        self._away = ""
        self.is_connected = False
        self._link = link(self)

    def start(self) -> None:
        """Begin to connect; comes back at once, and goes on trying."""
        self._link.start()

    def stop(self) -> None:
        """Disconnect; the will is not sent."""
        self._link.stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Hand a message to the link, which keeps it until the broker has it; never repeat it because of a lost
        connection. Returns the handle that `Delivered` will carry."""
        return self._link.publish(topic, payload, retain)

    def ack(self, token: Token) -> None:
        """Acknowledge a message, unless its connection is gone: then the broker brings it again."""
        with self._lock:
            if token.generation == self._generation:
                self._link.ack(token.mid)

    def connected(self, session_present: bool) -> None:
        with self._lock:
            self._generation += 1
            self.is_connected, self._away = True, ""
        self._link.subscribe(self._filters)
        self._put(Connected(session_present))

    def disconnected(self, reason: str) -> None:
        with self._lock:
            told_before = not self.is_connected and reason == self._away
            self._generation += 1
            self.is_connected, self._away = False, reason
        if not told_before:  # a broker that is away is tried every few seconds
            self._put(Disconnected(reason))

    def message(self, topic: str, payload: bytes, retained: bool, mid: int) -> None:
        self._put(Arrived(topic, payload, retained, Token(self._generation, mid)))

    def delivered(self, handle: int) -> None:
        self._put(Delivered(handle))


class Will(Struct, frozen=True):
    """What the broker publishes, retained, when the connection breaks."""

    topic: str
    payload: bytes


class PahoLink:
    """A paho client that keeps to decisions 2–5 of docs/architecture.md."""

    def __init__(
        self,
        ears: Ears,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        will: Will | None = None,
        keep_session: bool = False,
        tls: TlsFiles | None = None,
    ) -> None:
        self._ears = ears
        self._where = (host, port)
        self._keep_session = keep_session
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=paho.MQTTv5, manual_ack=True)
        client.username_pw_set(user, password)
        if tls is not None:
            client.tls_set(tls.ca, tls.certificate, tls.key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=QOS, retain=True)
        client.max_inflight_messages_set(RECEIVE_MAXIMUM)
        client.max_queued_messages_set(QUEUED_OFFLINE)
        client.reconnect_delay_set(min_delay=1, max_delay=5)
        client.on_socket_open = _no_delay
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        self._client = client

    def start(self) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.ReceiveMaximum = RECEIVE_MAXIMUM
        if self._keep_session:
            properties.SessionExpiryInterval = SESSION_KEPT_S
        host, port = self._where
        self._client.connect_async(
            host,
            port,
            keepalive=KEEPALIVE_S,
            clean_start=not self._keep_session,
            properties=properties,
        )
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def subscribe(self, filters: Sequence[str]) -> None:
        if filters:
            self._client.subscribe([(f, QOS) for f in filters])

    def publish(self, topic: str, payload: bytes, retain: bool) -> int:
        return self._client.publish(topic, payload, qos=QOS, retain=retain).mid

    def ack(self, mid: int) -> None:
        self._client.ack(mid, QOS)

    def _on_connect(
        self, _client: paho.Client, _data: Any, flags: paho.ConnectFlags, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            self._ears.disconnected(str(reason))
        else:
            self._ears.connected(flags.session_present)

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        host, port = self._where
        self._ears.disconnected(f"nobody answers at {host}:{port}; trying again")

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._ears.disconnected(str(reason))

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self._ears.message(message.topic, bytes(message.payload), message.retain, message.mid)

    def _on_publish(self, _client: paho.Client, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        if reason.is_failure:  # “Not authorized”: an ACL of another hall, or a station that was given another's file
            log.error("the broker refused a message of ours: %s: provision this station anew", reason)
        self._ears.delivered(mid)


def _no_delay(_client: paho.Client, _data: Any, opened: Any) -> None:
    # Without it a QoS 1 round trip waits for the peer's delayed ACK: 41–85 ms instead of 0.3–0.6.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
