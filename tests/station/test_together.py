"""Several roles at one station: who hears what."""

from __future__ import annotations

from pathlib import Path

import pytest

from hall.errors import BadFile
from hall.happened import Answered, Told, Unanswered
from hall.messages import Answer, Clock, Next, Noted, OpenState, Pause, decode_ask, encode
from hall.model import Role
from hall.station.host import Host, Hosted, Stop
from hall.station.outbox import Outbox
from hall.station.service import Station
from hall.station.together import together
from hall.stationfile import Broker as BrokerFile
from hall.stationfile import StationFile, parse_station
from hall.topics import CLOCK, OPEN, WINDOW, Topic, Tree
from tests.broker import Broker

TREE = Tree("village")
ID = "line-1"


class Ear:
    """A role that writes down what it hears, ticks and the hub's coming apart."""

    def __init__(self, *topics: Topic) -> None:
        self.topics = topics
        self.heard: list[object] = []
        self.closed = False
        self.host: Host

    def start(self, station: Host) -> None:
        self.host = station

    def handle(self, event: object, now: int | None, mono: float) -> None:
        assert mono > 0
        assert now is None or now > 0
        if isinstance(event, Told | Answered | Unanswered | str):
            self.heard.append(event)

    def close(self) -> None:
        self.closed = True


class Wall:
    """A station with two windows' roles."""

    def __init__(self, path: Path, *roles: Ear) -> None:
        self.broker, self.mono = Broker(), 100.0
        file = StationFile(
            id=ID, hall="village", roles=(Role.CALLER,), broker=BrokerFile(password_file="x"), data="data"
        )
        self.station = Station(file, outbox=Outbox.open(path / "o.db"), link=self.broker.link, mono=lambda: self.mono)
        self.station.begin(together([Hosted(role) for role in roles]).role)
        self.broker.publish(TREE.of(CLOCK), encode(Clock(at=1_000_000, speed=1.0, boot=1)))
        self.turn()

    def turn(self) -> bool:
        return all(self.station.turn(self.station.inbox.take(0)) for _ in range(4))


def test_each_role_hears_its_drivers_its_topics_and_its_own_answers(tmp_path: Path) -> None:
    one, two = Ear(OPEN), Ear(WINDOW)
    wall = Wall(tmp_path, one, two)
    one.host.inbox.put("key at one")
    two.host.want(Pause(window=2))
    one.host.want(Next(window=1))
    opening = OpenState(rev=1, day="2026-11-23", taking=True)
    wall.broker.publish(TREE.of(OPEN), encode(opening), retain=True)
    wall.turn()
    assert one.heard == ["key at one", Told(opening)]
    assert two.heard == []
    asks = {type(ask.body): ask for ask in map(decode_ask, wall.broker.sent(TREE.ask(ID)))}
    for kind in (Next, Pause):
        wall.broker.publish(TREE.answer(ID), encode(Answer(id=asks[kind].id, reply=Noted(), at=1)))
    wall.turn()
    assert one.heard[2:] == [Answered(Next(window=1), Noted())]
    assert two.heard == [Answered(Pause(window=2), Noted())]


def test_an_answer_that_does_not_come_is_missed_by_who_asked(tmp_path: Path) -> None:
    one, two = Ear(), Ear()
    wall = Wall(tmp_path, one, two)
    two.host.want(Pause(window=2))
    wall.mono += 6
    wall.turn()
    assert one.heard == []
    assert two.heard == [Unanswered(Pause(window=2), settled=False)]


def test_one_role_ends_the_station_and_all_are_closed(tmp_path: Path) -> None:
    one, two = Ear(), Ear()
    wall = Wall(tmp_path, one, two)
    two.host.inbox.put(Stop())
    assert wall.turn() is False
    wall.station.end()
    assert one.closed
    assert two.closed


def test_two_screens_need_two_stations() -> None:
    with pytest.raises(BadFile, match="2 screens in one station"):
        together([Hosted(Ear(), lambda _: ()), Hosted(Ear(), lambda _: ())])


HEAD = """
id = "line-1"
hall = "ankang"
roles = ["caller", "evaluator"]
data = "data"
[broker]
password_file = "p"
"""


def test_every_mistake_of_a_shared_line_is_told_at_once() -> None:
    text = f"""{HEAD}
[[caller]]
window = 1
keypad = "/dev/ttyUSB0"
address = 1
[[caller]]
window = 1
keypad = "/dev/ttyUSB0"
address = 200
[[evaluator]]
window = 1
pad = "/dev/ttyUSB0"
address = 1
[[evaluator]]
window = 2
[evaluator.screen]
width = 800
height = 480
[[evaluator]]
window = 3
[evaluator.screen]
width = 80
height = 480
"""
    with pytest.raises(BadFile) as told:
        parse_station("line-1.toml", text)
    assert told.value.mistakes == (
        "line-1.toml: evaluator[2].screen: 320×240 to 7680×7680 pixels (found 80×480)",
        "line-1.toml: evaluator[2].screen: one screen a station; there is evaluator[1].screen too: "
        "make a station of each",
        "line-1.toml: caller[1].window: window 1 is told by caller[0] too; one is enough",
        "line-1.toml: caller[1].address: 1 to 127 (found 200)",
        "line-1.toml: evaluator[0].address: 1 is that of caller[0] on /dev/ttyUSB0; each device has its own",
    )
