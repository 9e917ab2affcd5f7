"""One station's process at a real broker, the test being its hub."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cli import processes
from cli.site import Site
from hall.messages import Sent, encode
from hall.station.bus import Arrived, Bus, Connected, PahoLink
from hall.station.inbox import Inbox
from hall.topics import HUB, Topic, Tree

VILLAGE: Final = Path(__file__).parents[2] / "examples" / "village"
HEADLESS: Final = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
LIMIT_S: Final = 15.0


class Hub:
    """The hub's end of the bus."""

    def __init__(self, site: Site, topics: Sequence[str]) -> None:
        self.tree: Final = Tree(site.hall.id)
        self._inbox = Inbox()
        self._bus = Bus(
            lambda ears: PahoLink(ears, host="127.0.0.1", port=site.port, user=HUB, password=site.password(HUB)),
            self._inbox.put,
            topics,
        )
        self._bus.start()
        limit = time.monotonic() + LIMIT_S
        while not any(isinstance(event, Connected) for event in self._inbox.take(0.1)):
            assert time.monotonic() < limit, "the hub's end has no connection"

    def tell(self, topic: Topic, message: Sent, subject: str | int = "", *, retain: bool = True) -> None:
        """Publish as the hub would."""
        self._bus.publish(self.tree.of(topic, subject), encode(message), retain=retain)

    def heard(self, wait_s: float) -> list[Arrived]:
        """What came by now, acknowledged; waits for something so long."""
        came = [event for event in self._inbox.take(wait_s) if isinstance(event, Arrived)]
        for event in came:
            self._bus.ack(event.token)
        return came

    def close(self) -> None:
        self._bus.stop()


class Alone:
    """A village with one station more, its broker, and a hub that is the test's; `settings` are those of the role's
    part of the station file. The role's process is not started."""

    def __init__(self, root: Path, row: dict[str, Any], settings: Any, hears: Sequence[Topic] = ()) -> None:
        shutil.copytree(VILLAGE, root / "hall")
        name, role = row["id"], row["roles"][0]
        with (root / "hall" / "hall.toml").open("a", encoding="utf-8") as file:
            file.write("\n[[stations]]\n" + "".join(f"{key} = {value!r}\n" for key, value in row.items()))
        self.site: Final = Site(root / "site", root / "hall" / "hall.toml", processes.free_port())
        self.site.make()
        self.broker: Final = processes.broker(self.site)
        self.broker.start()
        processes.await_listening(self.broker, self.site.port)
        tree = Tree(self.site.hall.id)
        self.hub: Final = Hub(self.site, [tree.every(topic) for topic in hears])
        self.station: Final = self.site.station(name, **{role: settings})
        self.process: Final = processes.role(self.site, role, self.station, HEADLESS)

    def close(self) -> None:
        for process in (self.process, self.broker):
            process.end()
        self.hub.close()
