"""Two clerks press next at the same instant, over the real broker: never the same ticket, and none is left out."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from hall.messages import Answer, AnyReply, Ask, Done, Issued, Next, Printed, Resume, TakeTicket, decode, encode
from hall.model import Disposition, Printing, WindowNo
from tests.hub.made import PINS, STATIONS, a_table, made, sign_in
from tests.hub.running import Client, Running

SLICE, TEN_THOUSAND = 150, 10_000
AHEAD = 400  # tickets asked for at once
PATIENCE_S = 120.0  # ten thousand presses outlast a machine that is busy elsewhere for a while


def presses(root: Path, times: int) -> tuple[int, float]:
    """How many different tickets two windows called in so many common presses, and the seconds that took."""
    table = a_table()
    table["policy"] |= {"number_digits": 5}
    running = Running(root, table)
    try:
        kiosk = running.start()
        clerks = {window: running.client(STATIONS[window]) for window in (1, 2)}
        for window, badge in ((1, "101"), (2, "102")):
            sit(clerks[window], window, badge, running.now)
        began, called = time.monotonic(), set()
        for press in range(times):
            if press % (AHEAD // 2) == 0:
                issue(kiosk, min(AHEAD, 2 * (times - press)), press, running.now)
            both = press_together(clerks, press, running.now)
            assert len(set(both)) == 2, f"press {press}: both windows called {both}"
            called.update(both)
        return len(called), time.monotonic() - began
    finally:
        running.close()


def sit(client: Client, window: WindowNo, badge: str, now: int) -> None:
    request = f"sign-in-{window}"
    wish = sign_in(made(), request, window, badge, PINS[badge])
    assert isinstance(client.asked(request, wish, now), Done)
    assert isinstance(client.asked(f"resume-{window}", Resume(window=window), now), Done)


def issue(kiosk: Client, count: int, first: int, now: int) -> None:
    """So many pensions on paper, asked for in one go."""
    takes = [f"take-{first}-{n}" for n in range(count)]
    for request in takes:
        kiosk.send(wish(request, TakeTicket(matter="pension"), now))
    issued = replies(kiosk, takes)
    reports = [f"print-{first}-{n}" for n in range(count)]
    for request, took in zip(reports, takes, strict=True):
        reply = issued[took]
        assert isinstance(reply, Issued), reply
        kiosk.send(encode(Ask(id=request, body=Printed(ticket=reply.ticket, outcome=Printing.ON_PAPER))))
    replies(kiosk, reports)


def press_together(clerks: dict[WindowNo, Client], press: int, now: int) -> list[str]:
    """Both windows' next, sent before either is answered; what each has in hand then."""
    for window, client in clerks.items():
        client.send(wish(f"next-{press}", Next(window=window, finishing=Disposition.DONE), now))
    found = []
    for client in clerks.values():
        reply = replies(client, [f"next-{press}"])[f"next-{press}"]
        assert isinstance(reply, Done), reply
        assert reply.window.in_hand is not None
        found.append(reply.window.in_hand.ticket)
    return found


def wish(request: str, body: TakeTicket | Next, now: int) -> bytes:
    return encode(Ask(id=request, body=body, not_after=now + 24 * 3_600_000))


def replies(client: Client, requests: list[str]) -> dict[str, AnyReply]:
    """The replies to all of these; what else was heard is forgotten."""
    topic, found = client.tree.answer(client.name), {}
    client.heard.clear()

    def look() -> bool | None:
        for at, body in client.heard:
            if at == topic:
                answer = decode(body, Answer)
                found[answer.id] = answer.reply
        client.heard.clear()
        return True if all(request in found for request in requests) else None

    client.until(look, f"{len(requests)} answers", PATIENCE_S)
    return found


def test_two_clerks_never_call_the_same_ticket(tmp_path: Path) -> None:
    different, _ = presses(tmp_path, SLICE)
    assert different == 2 * SLICE


@pytest.mark.many
def test_ten_thousand_times(tmp_path: Path) -> None:
    different, seconds = presses(tmp_path, TEN_THOUSAND)
    told = {"presses": TEN_THOUSAND, "different": different, "seconds": round(seconds, 1)}
    print(json.dumps(told))
    assert different == 2 * TEN_THOUSAND
