"""The AsyncAPI document: right by the initiative's own schema, complete, and true of what is really sent."""

from __future__ import annotations

import copy
import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hall.messages import (
    AlertState,
    Answer,
    Ask,
    BoardRow,
    BoardState,
    Clock,
    Health,
    Issued,
    Life,
    Refusal,
    Refused,
    Say,
    StationState,
    TakeTicket,
    encode,
)
from hall.model import AlertKind, TicketState
from hall.topics import TREE, Side, Tree
from tests.hub.made import made
from upkeep.asyncapi import CARRIES, document

SCHEMA = Path(__file__).parent / "asyncapi" / "3.0.0.json.gz"


@cache
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(gzip.decompress(SCHEMA.read_bytes())))


@cache
def page() -> dict[str, Any]:
    return document(made())


def test_it_is_valid_asyncapi() -> None:
    assert [f"{list(e.path)}: {e.message[:200]}" for e in validator().iter_errors(page())] == []


@pytest.mark.parametrize("planted", ["asyncapi", "action", "channel", "discriminator"])
def test_the_schema_would_find_a_mistake(planted: str) -> None:
    wrong = copy.deepcopy(page())
    if planted == "asyncapi":
        wrong["asyncapi"] = "2.6.0"
    elif planted == "discriminator":
        wrong["components"]["schemas"]["Ask"]["discriminator"] = {"propertyName": "type"}
    else:
        wrong["operations"]["station_send_ask"][planted] = "nonsense"
    assert not validator().is_valid(wrong)


def test_every_topic_is_a_channel_with_its_senders_and_readers() -> None:
    assert set(CARRIES) == set(TREE)
    tree = Tree(made().id)
    for topic in TREE:
        channel = page()["channels"][topic.name]
        assert channel["address"] == tree.of(topic, "{id}")
        operations = {
            name for name, o in page()["operations"].items() if o["channel"]["$ref"].endswith(f"/{topic.name}")
        }
        assert f"{topic.publisher}_send_{topic.name}" in operations
        assert (f"hub_receive_{topic.name}" in operations) == (
            topic.publisher is Side.STATION and topic.reader in (Side.HUB, Side.ALL)
        )
        sent = page()["operations"][f"{topic.publisher}_send_{topic.name}"]
        assert sent["bindings"]["mqtt"]["retain"] is topic.retained


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [value["$ref"]] if "$ref" in value else []
            return found + [r for v in value.values() for r in references(v)]
        return [r for v in value for r in references(v)] if isinstance(value, list) else []

    found = references(page())
    assert len(found) > 50
    for reference in found:
        at: Any = page()
        for part in reference.removeprefix("#/").split("/"):
            at = at[part]


SENT: tuple[Any, ...] = (
    Ask(id="x", body=TakeTicket(matter="pension"), not_after=1),
    Answer(id="x", reply=Refused(code=Refusal.LATE), at=1),
    Answer(
        id="x",
        reply=Issued(ticket="d/A001", label="A001", matter="pension", issued_at=1, ahead=0, windows=(1,)),
        at=1,
    ),
    StationState(station="kiosk-1", life=Life.READY, boot=1, devices={"printer": (Health.LOST, "silent")}),
    AlertState(rev=1, id="x", kind=AlertKind.INTRUDER, subject="x", detail="", started_at=1),
    BoardState(
        rev=1,
        zone="main",
        rows=(BoardRow(label="A001", window=1, called_at=1, state=TicketState.CALLED, calls=1),),
    ),
    Clock(at=1, speed=1.0, boot=1),
    Say(id="x", zone="main", label="A001", window=1, repeats=2, call=1, at=1, not_after=2),
)


@pytest.mark.parametrize("message", SENT, ids=lambda m: type(m).__name__)
def test_what_is_sent_is_what_the_document_says(message: Any) -> None:
    name = type(message).__name__
    schema = {"$ref": f"#/components/schemas/{name}", "components": page()["components"]}
    body = json.loads(encode(message))
    judge = jsonschema.Draft202012Validator(schema)
    assert [e.message for e in judge.iter_errors(body)] == []
    assert not judge.is_valid({**body, next(iter(body)): {"nonsense": 1}})
