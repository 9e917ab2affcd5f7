"""What the log holds: every event, versioned by its tag. A tag once released is decoded for ever.

Events carry ids and codes, never personal text (own words and phones have a table of their own).
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hall.errors import BadLog
from hall.events.ahead import Booked, BookingCancelled, BookingMissed, LeaveTaken, WindowSet
from hall.events.calls import (
    Called,
    CameBack,
    Finished,
    KeptEnded,
    Missed,
    Recalled,
    Requeued,
    SetAside,
    Started,
    Stood,
    TakenBack,
    Transferred,
)
from hall.events.desks import Paused, Resumed, ServiceRated, SignedIn, SignedOut, SignInFailed
from hall.events.event import Event
from hall.events.house import (
    AlertEnded,
    AlertRaised,
    DeviceChanged,
    EmergencySet,
    Forgotten,
    RequestCrashed,
    WishWithdrawn,
)
from hall.events.tickets import (
    BlockOpened,
    BlockReturned,
    DayClosed,
    DayOpened,
    TicketIssued,
    TicketLeft,
    TicketPrinted,
    TicketReprinted,
    TicketVoided,
)

__all__ = [
    "AlertEnded",
    "AlertRaised",
    "AnyEvent",
    "BlockOpened",
    "BlockReturned",
    "Booked",
    "BookingCancelled",
    "BookingMissed",
    "Called",
    "CameBack",
    "DayClosed",
    "DayOpened",
    "DeviceChanged",
    "EmergencySet",
    "Event",
    "Finished",
    "Forgotten",
    "KeptEnded",
    "LeaveTaken",
    "Missed",
    "Paused",
    "Recalled",
    "RequestCrashed",
    "Requeued",
    "Resumed",
    "ServiceRated",
    "SetAside",
    "SignInFailed",
    "SignedIn",
    "SignedOut",
    "Started",
    "Stood",
    "TakenBack",
    "TicketIssued",
    "TicketLeft",
    "TicketPrinted",
    "TicketReprinted",
    "TicketVoided",
    "Transferred",
    "WindowSet",
    "WishWithdrawn",
    "decode_event",
    "encode_event",
]

AnyEvent: TypeAlias = (
    DayOpened | DayClosed | BlockOpened | BlockReturned | TicketIssued | TicketPrinted | TicketReprinted
    | TicketVoided | TicketLeft | Called | Recalled | Started | Finished | Missed | Transferred | TakenBack
    | SignedIn | SignedOut | SignInFailed | Paused | Resumed | WishWithdrawn | RequestCrashed | DeviceChanged
    | AlertRaised | AlertEnded | ServiceRated | EmergencySet | CameBack | KeptEnded | SetAside | Requeued | LeaveTaken
    | WindowSet | Booked | BookingCancelled | BookingMissed | Forgotten
)  # fmt: skip

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(AnyEvent)


def encode_event(event: AnyEvent) -> bytes:
    """The event's canonical bytes: what the chain hashes."""
    return _encoder.encode(event)


def decode_event(body: bytes) -> AnyEvent:
    """The event in `body`. Raises BadLog."""
    try:
        event: AnyEvent = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise BadLog(f"an event of the log cannot be read: {error}") from error
    return event
