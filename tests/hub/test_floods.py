"""A station that sends nonsense is shut for a while; the others, and it too after that, are heard."""

from __future__ import annotations

from hub.floods import MOST, SHUT_S, WITHIN_S, Floods


def test_a_few_broken_messages_shut_nobody() -> None:
    floods = Floods()
    for n in range(10):
        assert floods.broken({"pad-1": MOST}, n * (WITHIN_S + 1)) == []
        assert not floods.drops("pad-1", n * (WITHIN_S + 1))


def test_a_flood_is_dropped_for_a_while_and_nobody_elses() -> None:
    floods = Floods()
    assert floods.broken({"pad-1": MOST, "kiosk-1": 1}, 100.0) == []
    assert floods.broken({"pad-1": 1}, 101.0) == ["pad-1"]
    assert floods.drops("pad-1", 101.0)
    assert not floods.drops("kiosk-1", 101.0)
    assert floods.dropped == 1
    assert floods.drops("pad-1", 101.0 + SHUT_S - 0.1)
    assert not floods.drops("pad-1", 101.0 + SHUT_S)
    assert floods.broken({"pad-1": MOST}, 101.0 + SHUT_S) == []  # it begins anew
