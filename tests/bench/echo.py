"""The floor: what raw paho and one synced commit cost, and nothing else.

    python -m tests.bench.echo NAME PORT USER PASSWORD-FILE [DATABASE]

Answers every message of `bench/NAME/ask/+` on `bench/NAME/answer/…` with its own bytes; with a database, after one
commit of them with `synchronous=FULL` in WAL mode, as the hub commits.
"""

from __future__ import annotations

import signal
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

QOS = 1
WINDOW = 1_000  # as the hub's link


def database(path: str) -> sqlite3.Connection:
    """A database that syncs every commit, used by paho's thread alone."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE IF NOT EXISTS asked(seq INTEGER PRIMARY KEY, topic TEXT, body BLOB) STRICT")
    return db


def main() -> int:
    """Echo until a signal."""
    name, port, user, password = sys.argv[1:5]
    db = database(sys.argv[5]) if len(sys.argv) > 5 else None
    prefix = f"bench/{name}"

    def on_connect(client: paho.Client, *_: Any) -> None:
        client.subscribe(f"{prefix}/ask/+", QOS)

    def on_subscribe(*_: Any) -> None:
        print("ready", file=sys.stderr)

    def on_message(client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if db is not None:
            db.execute("BEGIN IMMEDIATE")
            db.execute("INSERT INTO asked(topic, body) VALUES (?, ?)", (message.topic, message.payload))
            db.execute("COMMIT")
        client.publish(f"{prefix}/answer/{message.topic.rpartition('/')[2]}", message.payload, QOS)

    def on_socket_open(_client: paho.Client, _data: Any, opened: Any) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, protocol=paho.MQTTv5)
    client.username_pw_set(user, Path(password).read_text(encoding="ascii").strip())
    client.max_inflight_messages_set(WINDOW)
    client.on_connect, client.on_subscribe = on_connect, on_subscribe
    client.on_message, client.on_socket_open = on_message, on_socket_open
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = WINDOW
    client.connect("127.0.0.1", int(port), properties=properties)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: client.disconnect())
    client.loop_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
