"""Everyone in a small hall, as the requests that their stations would send: sensible for most, sometimes repeated,
withdrawn, late or no request at all."""

from __future__ import annotations

from random import Random

from hall.messages import (
    Ask,
    Body,
    Cancel,
    DeviceSeen,
    Finish,
    Health,
    Next,
    NoShow,
    Pause,
    Printed,
    Rated,
    Recall,
    Reprint,
    Resume,
    SetEmergency,
    SignIn,
    SignOut,
    Start,
    TakeTicket,
    Transfer,
    Undo,
    Wish,
    encode,
)
from hall.model import DeskState, Disposition, Hall, Instant, MissReason, Printing, RequestId, StationId, WindowNo
from hall.pin import bound_to, client_key, proof, salt_of
from hub.floor import Floor
from hub.writer import Heard
from testbed.sim.place import DESKS, KIOSKS, PINS, POISON

GOOD_FOR_MS = 5_000
KEPT = 40  # requests that may be repeated or withdrawn
ODD = (b"", b"{}", b'{"id": "odd", "body": {"ask": "sing"}}')  # what is no request


class People:
    """Who stands before the stations. `name` begins the id of every request."""

    def __init__(self, hall: Hall, chance: Random, name: str) -> None:
        self._hall, self._chance, self._name = hall, chance, name
        self._asked = 0
        self._sent: list[tuple[StationId, RequestId, bytes]] = []
        self._windows = {window: station for station, windows in DESKS.items() for window in windows}

    def batch(self, floor: Floor, now: Instant) -> list[Heard]:
        """What arrives at the hub between two of its turns."""
        return [self._one(floor, now) for _ in range(self._chance.choice((1, 1, 1, 2, 3, 5, 9)))]

    def _one(self, floor: Floor, now: Instant) -> Heard:
        dice = self._chance.random()
        if dice < 0.01:
            return Heard(self._chance.choice(KIOSKS), self._chance.choice(ODD))
        if dice < 0.08 and self._sent:
            station, request, payload = self._chance.choice(self._sent)
            return Heard(station, payload) if dice < 0.05 else self._ask(station, Cancel(request=request), now)
        if dice < 0.45:
            return self._at_kiosk(floor, now)
        return self._at_window(floor, now)

    def _at_kiosk(self, floor: Floor, now: Instant) -> Heard:
        chance = self._chance
        reserved = list(floor.reserved)
        if reserved and chance.random() < 0.6:
            ticket = floor.tickets[chance.choice(reserved)]
            outcome = chance.choices((Printing.ON_PAPER, Printing.UNKNOWN, Printing.VOID), (20, 1, 1))[0]
            return self._ask(ticket.station, Printed(ticket=ticket.id, outcome=outcome), now)
        station, dice = chance.choice(KIOSKS), chance.random()
        if dice < 0.04 and floor.tickets:
            return self._ask(station, Reprint(ticket=chance.choice(list(floor.tickets))), now)
        if dice < 0.06:
            health = chance.choice(list(Health))
            return self._ask(station, DeviceSeen(device="printer", health=health, reason="paper_out"), now)
        if dice < 0.07:
            return self._ask(station, SetEmergency(text=chance.choice(("", "请从东门离开")), zone="a"), now)
        matters = [matter.id for matter in self._hall.matters if matter.id != POISON or dice > 0.99]
        late = now - GOOD_FOR_MS if chance.random() < 0.02 else now
        return self._ask(station, TakeTicket(matter=chance.choice(matters)), late)

    def _at_window(self, floor: Floor, now: Instant) -> Heard:
        window = self._chance.choice(list(self._windows))
        station, desk = self._windows[window], floor.desk(window)
        if desk.state is DeskState.CLOSED:
            return self._sign_in(station, window, now)
        if desk.rate is not None and self._chance.random() < 0.3:
            level = self._chance.randint(0, 5)
            words = "窗口同志很耐心" if level and self._chance.random() < 0.5 else ""
            return self._ask(station, Rated(service=desk.rate, level=level, words=words), now)
        return self._ask(station, self._pressed(window, desk.state), now)

    def _pressed(self, window: WindowNo, state: DeskState) -> Body:
        dice = self._chance.random()
        if dice < 0.03:
            return Undo(window=window)
        if state is DeskState.PAUSED:
            return Resume(window=window) if dice < 0.9 else SignOut(window=window)
        if state is DeskState.FREE:
            return Next(window=window) if dice < 0.95 else Pause(window=window)
        if state is DeskState.CALLING:
            if dice < 0.5:
                return Start(window=window)
            return Recall(window=window) if dice < 0.75 else NoShow(window=window, reason=MissReason.ABSENT)
        if dice < 0.1:
            return Transfer(window=window, reason="wrong_matter", matter=self._hall.matters[2].id)
        if dice < 0.5:
            return Finish(window=window, disposition=Disposition.ACCEPTED)
        return Next(window=window, finishing=Disposition.DONE)

    def _sign_in(self, station: StationId, window: WindowNo, now: Instant) -> Heard:
        badge = self._chance.choice([post.badge for post in self._hall.posts if post.window == window])
        pin = PINS[badge] if self._chance.random() < 0.9 else "0000"
        key = client_key(pin, salt_of(self._hall.by_badge[badge].pin))
        bound = bound_to(self._next_id(), station, window, badge)
        return self._ask(station, SignIn(window=window, badge=badge, proof=proof(key, bound)), now)

    def _ask(self, station: StationId, body: Body, now: Instant) -> Heard:
        request = self._next_id()
        self._asked += 1
        not_after = now + GOOD_FOR_MS if isinstance(body, Wish) else None
        payload = encode(Ask(id=request, body=body, not_after=not_after))
        self._sent = [*self._sent[1 - KEPT :], (station, request, payload)]
        return Heard(station, payload)

    def _next_id(self) -> RequestId:
        return f"{self._name}-{self._asked}"
