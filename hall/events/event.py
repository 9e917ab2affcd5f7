"""What every event is."""

from __future__ import annotations

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something the hub committed."""
