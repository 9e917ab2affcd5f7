"""Hub time at a station: the offset between the beacon and the station's own monotonic clock."""

from __future__ import annotations

from hall.messages import Clock
from hall.model import Instant

BEACON_S = 2.0  # how often the hub sends it; real seconds
AWAY_AFTER_S = 7.0  # three beacons missed


class HubClock:
    """Knows hub time once a beacon was heard; a station that has heard none says nothing timed."""

    def __init__(self) -> None:
        self._beacon: Clock | None = None
        self._heard_at = 0.0

    def heard(self, beacon: Clock, mono: float) -> None:
        self._beacon, self._heard_at = beacon, mono

    @property
    def speed(self) -> float:
        """Business seconds in a real one."""
        return self._beacon.speed if self._beacon else 1.0

    def now(self, mono: float) -> Instant | None:
        """Hub time, or None before the first beacon."""
        if self._beacon is None:
            return None
        return self._beacon.at + round((mono - self._heard_at) * 1000 * self._beacon.speed)

    def silent_s(self, mono: float) -> float:
        """Real seconds since the last beacon; infinite before the first."""
        return mono - self._heard_at if self._beacon else float("inf")
