"""The contract on the bus as an AsyncAPI 3 document, drawn from hall.topics and hall.messages: `hall asyncapi`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec

from hall import messages as m
from hall.model import Hall
from hall.topics import (
    ABOUT,
    ALERT,
    ANSWER,
    ASK,
    BOARD,
    CAPTION,
    CATALOGUE,
    CLOCK,
    EMERGENCY,
    OPEN,
    QOS,
    SAY,
    STATE,
    TREE,
    WINDOW,
    Side,
    Topic,
    Tree,
)

ASYNCAPI = "3.0.0"
MQTT_BINDING = "0.2.0"
JSON = "application/json"
CARRIES: Mapping[Topic, type[msgspec.Struct]] = {
    STATE: m.StationState,
    ABOUT: m.About,
    ASK: m.Ask,
    ANSWER: m.Answer,
    WINDOW: m.WindowState,
    BOARD: m.BoardState,
    SAY: m.Say,
    ALERT: m.AlertState,
    CAPTION: m.Caption,
    EMERGENCY: m.EmergencyState,
    CATALOGUE: m.Catalogue,
    OPEN: m.OpenState,
    CLOCK: m.Clock,
}
SUBJECTS = {
    "station": "a station's id",
    "window": "a window's number",
    "board": "a zone's id",
    "say": "a zone's id",
    "emergency": "a zone's id",
    "alert": "an alert's id",
}


def document(hall: Hall) -> dict[str, Any]:
    """The document of one hall: who sends and receives what, as a station sees it, and as the hub does."""
    _, schemas = msgspec.json.schema_components(set(CARRIES.values()), ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": f"jiaohao 叫号: {hall.name}",
            "version": version("jiaohao"),
            "description": (m.__doc__ or "").strip(),
            "license": {"name": "MIT"},
        },
        "defaultContentType": JSON,
        "servers": {
            "broker": {
                "host": "127.0.0.1:1883",
                "protocol": "mqtt",
                "protocolVersion": "5",
                "description": "On the hub's machine; from others over TLS with the hall's own certificates.",
                "security": [{"type": "userPassword", "description": "The user name is the station's id."}],
            }
        },
        "channels": {topic.name: _channel(Tree(hall.id), topic) for topic in TREE},
        "operations": dict(operation for topic in TREE for operation in _operations(topic)),
        "components": {
            "messages": {
                kind.__name__: {
                    "name": kind.__name__,
                    "contentType": JSON,
                    "summary": (kind.__doc__ or "").strip().splitlines()[0],
                    "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
                }
                for kind in CARRIES.values()
            },
            "schemas": {name: _tamed(schema) for name, schema in schemas.items()},
        },
    }


def _channel(tree: Tree, topic: Topic) -> dict[str, Any]:
    kind = CARRIES[topic].__name__
    channel: dict[str, Any] = {
        "address": tree.of(topic, "{id}"),
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
    }
    if "{id}" in topic.path:
        channel["parameters"] = {"id": {"description": SUBJECTS[topic.path.partition("/")[0]]}}
    return channel


def _operations(topic: Topic) -> list[tuple[str, dict[str, Any]]]:
    """What hub and stations do on a channel."""
    found = []
    for side in (Side.HUB, Side.STATION):
        sends = topic.publisher is side
        receives = topic.reader in (side, Side.ALL) and not sends
        for action, does in (("send", sends), ("receive", receives)):
            if does:
                found.append((f"{side}_{action}_{topic.name}", _operation(topic, action)))
    return found


def _operation(topic: Topic, action: str) -> dict[str, Any]:
    bindings: dict[str, Any] = {"qos": QOS, "bindingVersion": MQTT_BINDING}
    if action == "send":
        bindings["retain"] = topic.retained
    kind = CARRIES[topic].__name__
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{kind}"}],
        "bindings": {"mqtt": bindings},
    }


def _tamed(schema: Any) -> Any:
    """AsyncAPI's discriminator is the name alone; msgspec writes OpenAPI's, with a mapping."""
    if isinstance(schema, dict):
        tamed = {key: _tamed(value) for key, value in schema.items()}
        told = tamed.get("discriminator")
        if isinstance(told, dict):
            tamed["discriminator"] = told["propertyName"]
        return tamed
    return [_tamed(item) for item in schema] if isinstance(schema, list) else schema
