"""The tree of topics: what is built can be read back, foreign paths are refused, and the ACL grants only that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.errors import BadMessage
from hall.topics import (
    ALERT,
    ASK,
    BROKER_LOG,
    CATALOGUE,
    HUB,
    ID,
    STATE,
    TREE,
    WATCH,
    WINDOW,
    Side,
    Topic,
    Tree,
    acl,
    may_read,
)

VILLAGE = Tree("village")
ids = st.from_regex(ID, fullmatch=True)


@given(st.sampled_from(TREE), ids, ids)
def test_every_topic_is_read_back(topic: Topic, hall: str, subject: str) -> None:
    has_subject = "{id}" in topic.path
    path = Tree(hall).of(topic, subject)
    assert Tree(hall).read(path) == (topic, subject if has_subject else "")
    assert path.startswith(f"jh/1/{hall}/")
    assert not set(path) & set("+#")


def test_the_alert_of_a_long_id_is_read_back() -> None:
    alert = "locked-window-" + "a" * 40
    assert VILLAGE.read(VILLAGE.alert(alert)) == (ALERT, alert)


@given(ids, ids)
def test_another_halls_path_is_none_of_ours(hall: str, other: str) -> None:
    if hall != other:
        with pytest.raises(BadMessage):
            Tree(hall).read(Tree(other).of(CATALOGUE))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "catalogue",  # without the hall before it
        "station/kiosk-1/state",
        "jh/1/village/",
        "jh/1/village/catalogue/more",
        "jh/2/village/catalogue",
        "jh/1/village/window/",
        "jh/1/village/window/1/2",
        "jh/1/village/window/+",
        "jh/1/village/station/state",
        "jh/1/village/station//state",
        "jh/1/village/station/Kiosk/state",
        "jh/1/village/station/-kiosk/state",
        "jh/1/village/station/kiosk-1/ask/",
        "jh/1/village/nothing",
        "$SYS/broker/uptime",
    ],
)
def test_a_path_that_is_none_of_ours_is_refused(path: str) -> None:
    with pytest.raises(BadMessage, match="no topic of this hall"):
        VILLAGE.read(path)


@given(st.text(max_size=60))
def test_any_text_is_a_topic_or_refused(text: str) -> None:
    try:
        topic, subject = VILLAGE.read(f"jh/1/village/{text}")
    except BadMessage:
        return
    assert VILLAGE.of(topic, subject) == f"jh/1/village/{text}"


def test_the_short_names_are_the_same_topics() -> None:
    assert VILLAGE.ask("kiosk-1") == VILLAGE.of(ASK, "kiosk-1") == "jh/1/village/station/kiosk-1/ask"
    assert VILLAGE.window(3) == VILLAGE.of(WINDOW, 3) == "jh/1/village/window/3"
    assert VILLAGE.every(WINDOW) == "jh/1/village/window/+"
    assert VILLAGE.every(CATALOGUE) == "jh/1/village/catalogue"
    assert VILLAGE.answer("a") == "jh/1/village/station/a/answer"
    assert VILLAGE.state("a") == "jh/1/village/station/a/state"
    assert VILLAGE.about("a") == "jh/1/village/station/a/about"
    assert VILLAGE.board("main") == "jh/1/village/board/main"
    assert VILLAGE.say("main") == "jh/1/village/say/main"
    assert VILLAGE.alert("x") == "jh/1/village/alert/x"


def rights(text: str) -> dict[str, set[tuple[str, str]]]:
    """The ACL file as user → (write or read, filter), read the way Mosquitto does."""
    found: dict[str, set[tuple[str, str]]] = {}
    user = ""
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "user":
            user = rest
            found[user] = set()
        elif word == "topic":
            access, _, path = rest.partition(" ")
            assert access in ("read", "write")
            assert user, "a line before the first user would hold for everyone"
            found[user].add((access, path))
        else:
            assert not line or line.startswith("#")
    return found


def grants(held: set[tuple[str, str]], access: str, path: str) -> bool:
    """Whether a filter of that access matches the path, `+` standing for one level."""
    levels = path.split("/")
    return any(
        a == access
        and len(f.split("/")) == len(levels)
        and all(x in ("+", y) for x, y in zip(f.split("/"), levels, strict=True))
        for a, f in held
    )


@pytest.mark.parametrize("topic", TREE, ids=lambda topic: topic.name)
def test_the_acl_grants_what_the_table_says_and_nothing_else(topic: Topic) -> None:
    held = rights(acl("village", ["window-1", "kiosk-1"]))
    assert set(held) == {HUB, WATCH, "kiosk-1", "window-1"}
    own, others = VILLAGE.of(topic, "kiosk-1"), VILLAGE.of(topic, "window-1")
    has_subject = "{id}" in topic.path
    assert grants(held["kiosk-1"], "write", own) == (topic.publisher is Side.STATION)
    assert grants(held["kiosk-1"], "read", own) == (topic.reader is not Side.HUB)
    if has_subject:
        assert not grants(held["kiosk-1"], "write", others)
        assert grants(held["kiosk-1"], "read", others) == (topic.reader is Side.ALL)
    if topic.publisher is Side.HUB:
        assert grants(held[HUB], "write", own)
    if topic.reader in (Side.HUB, Side.ALL):
        assert grants(held[HUB], "read", own)
    assert not grants(held[WATCH], "write", own)
    assert grants(held[WATCH], "read", own) == (topic.reader is Side.ALL)
    # A subscription is judged as the ACL judges what it brings.
    for path in (own, others, VILLAGE.every(topic)):
        assert may_read(VILLAGE, "kiosk-1", path) == grants(held["kiosk-1"], "read", path)


def test_the_acl_gives_the_hub_no_station_s_voice_and_nobody_another_hall() -> None:
    held = rights(acl("village", ["kiosk-1"]))
    assert not grants(held[HUB], "write", VILLAGE.of(STATE, "kiosk-1"))
    rest = {(name, *line) for name, lines in held.items() for line in lines if not line[1].startswith("jh/1/village/")}
    assert rest == {(HUB, "read", words) for words in BROKER_LOG}
    assert not may_read(VILLAGE, "kiosk-1", "#")
    assert not may_read(VILLAGE, "kiosk-1", "jh/1/village/station/kiosk-1/#")
    assert not any("#" in path for lines in held.values() for _, path in lines)
