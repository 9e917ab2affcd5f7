"""The caller's sentences: the same keys and values in both languages, and one for everything the flow can say."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from itertools import product
from string import Formatter

import pytest

from caller.offers import why_not
from caller.values import Choice, Field, Origin, TransferReason, Why
from hall.keymap import Action
from hall.model import DeskAct, DeskState, Disposition, MissReason
from tests.caller.made import NOW, at
from tests.caller.views import LANGUAGES, caller_words


def sentences(language: str) -> dict[str, str]:
    """The words file, its keys dotted."""
    table = tomllib.loads((files("hall") / "words" / language / "caller.toml").read_text(encoding="utf-8"))
    flat = {key: value for key, value in table.items() if isinstance(value, str)}
    groups = {key: value for key, value in table.items() if isinstance(value, dict)}
    return flat | {f"{group}.{key}": value for group, rows in groups.items() for key, value in rows.items()}


def values(sentence: str) -> set[str]:
    """The names that a sentence is filled with."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = map(sentences, LANGUAGES)
    assert {key: values(s) for key, s in chinese.items()} == {key: values(s) for key, s in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_flow_says_has_words(language: str) -> None:
    words = caller_words("caller", language)
    acts = [a for a in Action if a is not Action.EVALUATE]
    keys = {
        *(f"why.{w}" for w in Why),
        *(f"short.{w}" for w in Why),
        *(f"{room}.{a}" for room, a in product(("action", "done"), acts)),
        *(f"state.{d}" for d in DeskState),
        *(f"undo.{a}" for a in DeskAct),
        *(f"disposition.{d}" for d in Disposition if d is not Disposition.DAY_CLOSED),
        *(f"miss_reason.{r}" for r in MissReason),
        *(f"transfer_reason.{r}" for r in TransferReason if r is not TransferReason.KEYPAD),
        *(f"title.{c}" for c in Choice),
        *(f"{room}.{f}" for room, f in product(("field", "hint"), Field)),
        *("busy", "checking", "withdrawing", "never_happened", "done.nobody"),
    }
    assert {key for key in keys if key not in words} == set()


def test_words_of_the_wording_list() -> None:
    words = caller_words("caller", "zh")
    said = {words(f"action.{a}") for a in Action if a is not Action.EVALUATE}
    assert said >= {"开始叫号", "暂停叫号", "下一位", "重新呼叫", "过号", "转发"}
    assert words("disposition.accepted") == "已受理"


def test_no_sentence_for_people_stands_in_the_logic() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for source in files("caller").iterdir():
        if source.name.endswith(".py"):
            text = source.read_text(encoding="utf-8")
            code = re.sub(r'"""[\s\S]*?"""|#.*', "", text)
            assert not chinese.search(code), source.name


def test_every_reason_is_reachable_or_told_by_the_flow() -> None:
    told_elsewhere = {
        *(Why.BUSY, Why.UNKNOWN_KEY, Why.BADGE_SHORT, Why.PIN_LENGTH, Why.UNKNOWN_TARGET),
        *(Why.NOT_READY, Why.HUB_AWAY, Why.CALL_AGAIN),
    }
    states = [at(d, waiting=n) for d in DeskState for n in (0, 1)]
    reached = {why_not(s, a, NOW, o) for s in states for a in Action for o in Origin}
    assert reached - {None} == set(Why) - told_elsewhere
