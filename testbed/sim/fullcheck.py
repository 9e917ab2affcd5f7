"""The checks that cost more: the whole chain, the floor rebuilt, all tables; and the hall once all faults are over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from caller.values import Stage
from hall.events import DayOpened, decode_event
from hall.messages import Retained, decode
from hall.topics import ALERT, Tree
from hub.floor import Floor
from hub.store import Store
from hub.views import Shown
from testbed.sim.desks import DesksRole
from testbed.sim.disk import Seam
from testbed.sim.invariants import SECRETS, Checker
from testbed.sim.kiosks import KioskRole
from testbed.sim.machines import HubMachine, Machine, StationMachine

__all__ = ["FullCheck"]


class FullCheck:
    """Keeps the floor rebuilt from the log so far; the log is append-only, so each check goes on from there."""

    def __init__(self, checker: Checker, hub: HubMachine, stations: Sequence[StationMachine]) -> None:
        self.times = 0
        self._checker, self._hub, self._stations = checker, hub, stations
        self._floor = Floor()
        self._seq = 0
