"""What things are called by, and what a value is."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

Instant: TypeAlias = int
Day: TypeAlias = str
TicketId: TypeAlias = str  # "2026-11-23/A017": day, series and number; unique in a hall
ServiceId: TypeAlias = str  # "2026-11-23/A017#1": the ticket's first service
MatterId: TypeAlias = str
WindowNo: TypeAlias = int
ZoneId: TypeAlias = str
Badge: TypeAlias = str
StationId: TypeAlias = str
RequestId: TypeAlias = str
PriorityId: TypeAlias = str  # a class of 绿色通道; empty: none


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A frozen value; unknown fields are mistakes."""
