"""A client that says whatever a test tells it to: the shipped broker must withstand it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

LIMIT_S = 10.0
T = TypeVar("T")


class Wire:
    """One connection; `heard` is every message, `refused` the packet ids that the broker refused."""

    def __init__(
        self,
        port: int,
        client_id: str,
        user: str | None = None,
        password: str | None = None,
        *,
        tls: tuple[Path, ...] | None = None,
    ) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.outcomes: list[str] = []
        self.published: dict[int, str] = {}
        self._changed = threading.Condition()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5, reconnect_on_failure=False
        )
        if user is not None:
            self._client.username_pw_set(user, password)
        if tls is not None:
            ca, own, key = map(str, tls) if len(tls) == 3 else (str(tls[0]), None, None)
            self._client.tls_set(ca, own, key, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self._client.on_connect = lambda _c, _d, _f, reason, _p: self._note(self.outcomes, str(reason))
        self._client.on_disconnect = lambda _c, _d, _f, reason, _p: self._note(self.outcomes, f"ended: {reason}")
        self._client.on_message = lambda _c, _d, m: self._note(self.heard, (m.topic, bytes(m.payload)))
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = lambda *_: self._note(self.outcomes, "subscribed")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def until(self, found: Callable[[], T | None], what: str) -> T:
        limit = time.monotonic() + LIMIT_S
        with self._changed:
            while (value := found()) is None:
                left = limit - time.monotonic()
                assert left > 0, f"waited in vain for {what}; {self.outcomes}, heard {self.heard[-5:]}"
                self._changed.wait(left)
        return value

    def outcome(self) -> str:
        """How the connection went: “Success”, or why not."""
        return self.until(lambda: self.outcomes[0] if self.outcomes else None, "an outcome")

    def up(self) -> Self:
        assert self.outcome() == "Success"
        return self

    def ended(self) -> str:
        """Why the broker ended the connection."""
        return self.until(lambda: next((o for o in self.outcomes if o.startswith("ended")), None), "an end")

    def subscribe(self, *filters: str) -> None:
        before = self.outcomes.count("subscribed")
        self._client.subscribe([(f, 1) for f in filters])
        self.until(lambda: True if self.outcomes.count("subscribed") > before else None, "a subscription")

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Publish, and go on; the packet id."""
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def verdict(self, topic: str, payload: bytes, *, retain: bool = False) -> str:
        """Publish, and what the broker says to it."""
        mid = self.send(topic, payload, retain=retain)
        return self.until(lambda: self.published.get(mid), f"the broker's word on {topic}")

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        with self._changed:
            self.published[mid] = str(reason)
            self._changed.notify_all()

    def _note(self, where: list[Any], what: object) -> None:
        with self._changed:
            where.append(what)
            self._changed.notify_all()
