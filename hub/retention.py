"""What is kept for a time only, and when it goes: rules of the clock, pure.

Every day at the hour of `policy.retention`, also while the hall is closed; a hub that stood still then does it at its
start.
"""

from __future__ import annotations

from typing import Final

from hall.hours import DAY_MS, day_of, instant_of
from hall.model import Hall, Instant

REPLIES_KEPT_MS: Final = 7 * DAY_MS  # a station's outbox may have waited so long


def latest_hour(hall: Hall, now: Instant) -> Instant:
    """When the hour of deleting came last."""
    offset = hall.utc_offset
    today = instant_of(offset, day_of(offset, now), hall.policy.retention.at)
    return today if now >= today else today - DAY_MS


def is_due(hall: Hall, last_run: Instant, now: Instant) -> bool:
    """Whether the hour has come since then."""
    return last_run < latest_hour(hall, now)


def delete_after(hall: Hall, now: Instant) -> Instant:
    """Until when a person's own words of `now` are kept."""
    return now + hall.policy.retention.words_days * DAY_MS
