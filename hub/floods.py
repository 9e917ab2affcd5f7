"""A station that sends nonsense without end, pure: shut for a while, so that the others are heard.

Mosquitto knows no rate; what comes from it is taken and dropped unread. A station in good order never sends nonsense.
"""

from __future__ import annotations

from collections.abc import Mapping

from hall.model import StationId

MOST = 50  # broken messages of a station within a window of time
WITHIN_S = 10.0
SHUT_S = 10.0


class Floods:
    """Counts the broken messages of each station."""

    def __init__(self) -> None:
        self._counts: dict[StationId, tuple[float, int]] = {}
        self._until: dict[StationId, float] = {}
        self.dropped = 0

    def broken(self, counts: Mapping[StationId, int], mono: float) -> list[StationId]:
        """So many more broken messages came; the stations that are shut now."""
        shut = []
        for station, count in counts.items():
            since, before = self._counts.get(station, (mono, 0))
            if mono - since > WITHIN_S:
                since, before = mono, 0
            self._counts[station] = (since, before + count)
            if before + count > MOST:
                self._until[station] = mono + SHUT_S
                del self._counts[station]
                shut.append(station)
        return shut

    def drops(self, station: StationId, mono: float) -> bool:
        """Whether a message of this station is dropped unread."""
        until = self._until.get(station)
        if until is None:
            return False
        if mono >= until:
            del self._until[station]
            return False
        self.dropped += 1
        return True
