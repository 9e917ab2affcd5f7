"""What any flow may hear, and the two things any flow may want of its station. Flows add their own."""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct

from hall.messages import (
    AlertState,
    AnyReply,
    BoardState,
    Body,
    Caption,
    Catalogue,
    DeviceSeen,
    EmergencyState,
    OpenState,
    Printed,
    Rated,
    Say,
    StationState,
    WindowState,
)
from hall.topics import ALERT, BOARD, CAPTION, CATALOGUE, EMERGENCY, OPEN, SAY, WINDOW, Topic

Message: TypeAlias = (
    WindowState | BoardState | Catalogue | OpenState | AlertState | StationState | Say | Caption | EmergencyState
)  # fmt: skip

# What a role may be told, by the topic that it listens to.
KINDS: Final[dict[Topic, type[Message]]] = {
    WINDOW: WindowState,
    BOARD: BoardState,
    CATALOGUE: Catalogue,
    OPEN: OpenState,
    ALERT: AlertState,
    SAY: Say,
    CAPTION: Caption,
    EMERGENCY: EmergencyState,
}
_TOPICS: Final = {kind: topic for topic, kind in KINDS.items()}


def topic_of(message: Message) -> Topic | None:
    """The topic on which a role is told this; None: roles are not."""
    return _TOPICS.get(type(message))


class Answered(Struct, frozen=True):
    """The hub's reply to a wish. A wish that was undone in time arrives as `Unanswered` instead."""

    body: Body
    reply: AnyReply


class Unanswered(Struct, frozen=True):
    """No answer came in time: the wish is given up and being withdrawn. `settled`: the hub confirmed that it never
    happened or was undone; until then no new wish may be made."""

    body: Body
    settled: bool


class Told(Struct, frozen=True):
    """A state or moment from the hub (or another station's state)."""

    message: Message


class HubChanged(Struct, frozen=True):
    """The hub is heard again, or has not been heard for some seconds."""

    here: bool
    reason: str = ""


class Ticked(Struct, frozen=True):
    """Time went on; at least once a second."""


class Want(Struct, frozen=True):
    """Effect: ask the hub for this wish."""

    body: Body


class Note(Struct, frozen=True):
    """Effect: keep this fact in the durable outbox until the hub has noted it."""

    fact: Printed | DeviceSeen | Rated


Common: TypeAlias = Answered | Unanswered | Told | HubChanged | Ticked
