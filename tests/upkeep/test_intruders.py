"""Intruders against the shipped broker.conf: all fail, are told to the hub and alarmed, and normal work goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from hall.messages import (
    Answer,
    Ask,
    Clock,
    Issued,
    Life,
    Rated,
    Refusal,
    Refused,
    Say,
    SignOut,
    StationState,
    WindowState,
    decode,
    encode,
)
from hall.model import DeskState
from hall.topics import BROKER_LOG, TREE
from tests.hub.made import KIOSK, MORNING, OTHER_KIOSK
from tests.hub.running import TAKE, Client, Running
from tests.upkeep.wire import Wire

THIEF, LISTENER = "pad-1", "window-3"  # stations whose secrets were stolen
NOT_AUTHORIZED = "Not authorized"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Client]]:
    running = Running(tmp_path_factory.mktemp("intruders"))
    try:
        yield running, running.start()
    finally:
        running.close()


def thief(running: Running, name: str = THIEF) -> Wire:
    return Wire(running.site.port, name, name, running.site.password(name)).up()


def works(client: Client, name: str) -> None:
    """The everyday goes on: a number is given out."""
    assert isinstance(client.asked(name, TAKE, MORNING), Issued)


@pytest.mark.parametrize(
    ("client_id", "user", "password"),
    [("stranger", None, None), (KIOSK, None, None), (KIOSK, KIOSK, "guessed"), ("x", "nobody", "guessed")],
    ids=["anonymous", "anonymous as a station", "wrong password", "unknown name"],
)
def test_who_has_no_secret_is_refused_and_alarmed(
    hall: tuple[Running, Client], client_id: str, user: str | None, password: str | None
) -> None:
    running, client = hall
    with Wire(running.site.port, client_id, user, password) as wire:
        assert wire.outcome() == NOT_AUTHORIZED
    alert = client.alert("intruder-unknown")
    assert alert.detail.startswith("refused")
    assert "not authorised" in running.broker.log.read_text()
    works(client, f"after {client_id} {user} {password}")


def test_a_client_id_does_not_take_anothers_place(hall: tuple[Running, Client]) -> None:
    running, client = hall
    with Wire(running.site.port, "hub", THIEF, running.site.password(THIEF)) as wire:
        wire.up()
        works(client, "hub is there")
    assert "Client hub already connected" not in running.broker.log.read_text()


def test_stolen_secrets_used_beside_the_station_are_alarmed(hall: tuple[Running, Client]) -> None:
    running, client = hall
    wires = [thief(running) for _ in range(4)]
    try:
        assert all(wire.ended() for wire in wires[:3])
        assert "place was taken" in client.alert(f"intruder-{THIEF}").detail
    finally:
        for wire in wires:
            wire.close()


def test_another_windows_request_is_refused_and_alarmed(hall: tuple[Running, Client]) -> None:
    running, client = hall
    with thief(running) as wire:
        tree = running.site.hall.id
        wire.subscribe(f"jh/1/{tree}/station/{THIEF}/answer")
        late = MORNING + 60_000
        body = encode(Ask(id="other-window", body=SignOut(window=2), not_after=late))
        assert wire.verdict(f"jh/1/{tree}/station/{THIEF}/ask", body) == "Success"
        answer = wire.until(lambda: next((b for _, b in wire.heard), None), "an answer")
        reply = decode(answer, Answer).reply
        assert isinstance(reply, Refused)
        assert reply.code is Refusal.NOT_YOUR_WINDOW
    client.alert(f"bad-message-{THIEF}")
    works(client, "after another window")


def forged(tree: str) -> dict[str, bytes]:
    at, zone = MORNING, "main"
    place = f"jh/1/{tree}"
    return {
        f"{place}/station/{KIOSK}/answer": encode(Answer(id="x", reply=Refused(code=Refusal.LATE), at=at)),
        f"{place}/station/{KIOSK}/ask": encode(Ask(id="x", body=TAKE, not_after=at + 60_000)),
        f"{place}/station/{KIOSK}/state": encode(StationState(station=KIOSK, life=Life.LOST, boot=99)),
        f"{place}/station/{KIOSK}/about": b"{}",
        f"{place}/station/{KIOSK}/caption": b"{}",
        f"{place}/station/hub/state": encode(StationState(station="hub", life=Life.LOST, boot=99)),
        f"{place}/window/1": encode(WindowState(rev=9, window=1, zone=zone, state=DeskState.CLOSED)),
        f"{place}/board/{zone}": b"{}",
        f"{place}/say/{zone}": encode(
            Say(id="x", zone=zone, label="A001", window=1, repeats=2, call=1, at=at, not_after=at + 9_000)
        ),
        f"{place}/alert/device": b"{}",
        f"{place}/emergency/{zone}": b"{}",
        f"{place}/catalogue": b"{}",
        f"{place}/open": b"{}",
        f"{place}/clock": encode(Clock(at=at, speed=1.0, boot=99)),
        "jh/1/other/clock": b"{}",
        "$SYS/broker/log/N": b"Client x disconnected, not authorised.",
        "anything": b"",
    }


def test_nothing_is_forged(hall: tuple[Running, Client]) -> None:
    running, client = hall
    messages = forged(running.site.hall.id)
    place = f"jh/1/{client.tree.hall}/"
    read = {client.tree.read(path)[0] for path in messages if path.startswith(place)}
    assert read == set(TREE)
    with thief(running) as wire:
        verdicts = {topic: wire.verdict(topic, body, retain=True) for topic, body in messages.items()}
    assert verdicts == dict.fromkeys(messages, NOT_AUTHORIZED)
    fresh = running.client(OTHER_KIOSK)
    fresh.hub_is(lambda s: s.life == "ready")
    assert all(body != messages.get(topic) for topic, body in fresh.heard)
    works(client, "after forgeries")


def test_a_replayed_request_gets_the_same_answer_and_nothing_new(hall: tuple[Running, Client]) -> None:
    """Whoever can replay sends as that station: the same bytes are the same request."""
    _, client = hall
    body = encode(Ask(id="replayed", body=TAKE, not_after=MORNING + 60_000))
    client.send(body)
    first = client.answer("replayed")
    for _ in range(3):
        client.send(body)
    answers = client.until(lambda: found if len(found := client.answers("replayed")) == 4 else None, "four answers")
    assert len(set(answers)) == 1
    assert isinstance(first, Issued)
    later = client.asked("after the replay", TAKE, MORNING)
    assert isinstance(later, Issued)
    assert int(later.label[1:]) == int(first.label[1:]) + 1


@pytest.mark.parametrize("wanted", ["#", "jh/1/+/station/+/answer", "+/+/+/station/+/ask", "$SYS/#", BROKER_LOG[0]])
def test_what_is_not_for_it_reaches_nobody(hall: tuple[Running, Client], wanted: str) -> None:
    running, client = hall
    tree = client.tree
    with thief(running, LISTENER) as wire:
        wire.subscribe(wanted)
        rated = Rated(service="2026-11-23/A001#1", level=1, reasons=(108,), words="不满意")
        client.asked(f"rating {wanted}", rated, MORNING)  # whatever the hub says to it: nobody else hears it
        works(client, f"listened to by {wanted}")
        # What everyone may read comes after it, on the same connection.
        wire.subscribe(tree.state("hub"))
        wire.until(lambda: True if any(t == tree.state("hub") for t, _ in wire.heard) else None, "the hub's state")
        heard = {topic for topic, _ in wire.heard}
        forbidden = {tree.answer(KIOSK), tree.ask(KIOSK), *BROKER_LOG}
        assert not heard & forbidden
        assert not any(t.startswith("$SYS") for t in heard)
        assert not any(b"\xe4\xb8\x8d\xe6\xbb\xa1" in body or b'"level"' in body for _, body in wire.heard)
    assert client.alert(f"intruder-{LISTENER}").detail.startswith("listens to")


def test_floods_beside_normal_work(hall: tuple[Running, Client]) -> None:
    """A stolen station floods with oversized and malformed messages while strangers knock: numbers are still given."""
    running, client = hall
    tree = client.tree
    broken = [b"{", b"\xff" * 64, b'{"id":"x","body":{"type":"take_ticket"}}', b"[" * 9_000, b"x" * 17_000]
    with thief(running) as wire:
        sent = [wire.send(tree.ask(THIEF), broken[n % len(broken)]) for n in range(2_000)]
        slowest = 0.0
        for n in range(20):
            with Wire(running.site.port, f"stranger-{n}") as stranger:
                stranger.outcome()
            begun = time.monotonic()
            works(client, f"in the flood {n}")
            slowest = max(slowest, time.monotonic() - begun)
        wire.until(lambda: True if len(wire.published) >= len(sent) else None, "the end of the flood")
    assert slowest < 5.0  # a station gives a wish up after five seconds
    assert f"{THIEF} floods" in running.hub.log.read_text()
    client.alert(f"bad-message-{THIEF}")
    with thief(running) as wire:
        wire.send(tree.ask(THIEF), b"x" * 300_000)  # above the broker's own limit
        assert wire.ended()
    works(client, "after the flood")
    client.hub_is(lambda s: s.life == "ready")


def test_a_rating_needs_its_own_window(hall: tuple[Running, Client]) -> None:
    _, client = hall
    reply = client.asked("forged rating", Rated(service="2026-11-23/A001#1", level=5), MORNING)
    assert isinstance(reply, Refused)
