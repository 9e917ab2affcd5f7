"""An alert for people, with the timeline's words."""

from __future__ import annotations

from hall.devices import trouble_words
from hall.model import AlertKind
from hall.wording import Words
from upkeep.picture import AlertSeen


def alert_words(things: Words, alert: AlertSeen) -> str:
    """What it is, where, and what more there is to say. `things`: the wording of the timeline."""
    kind = things(f"kind.{alert.kind}") if f"kind.{alert.kind}" in things else alert.kind
    detail = trouble_words(things, alert.detail) if alert.kind is AlertKind.DEVICE else alert.detail
    return " ".join(part for part in (kind, alert.subject, detail) if part)
