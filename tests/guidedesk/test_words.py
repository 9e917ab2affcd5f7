"""The guide desk's sentences: the same in both languages, and one for everything it can say."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from guidedesk.values import Mode, PageName, Stage
from hall.model import AlertKind, Printing, TicketState
from slips.values import PrinterStands
from tests.guidedesk.made import LANGUAGES, desk_words


def sentences(language: str) -> dict[str, set[str]]:
    """Every key, dotted, with the names its sentence is filled with."""
    table = tomllib.loads((files("hall") / "words" / language / "guidedesk.toml").read_text(encoding="utf-8"))
    flat = {key: value for key, value in table.items() if isinstance(value, str)}
    for group, members in table.items():
        if isinstance(members, dict):
            flat |= {f"{group}.{key}": value for key, value in members.items()}
    return {key: {name for _, name, _, _ in Formatter().parse(words) if name} for key, words in flat.items()}


def test_both_languages_say_the_same_things() -> None:
    chinese, english = map(sentences, LANGUAGES)
    assert chinese == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_words(language: str) -> None:
    words = desk_words("guidedesk", language)
    keys = {
        *(f"hint.{p}" for p in PageName),
        *(f"mode.{m}" for m in Mode),
        *(f"stage.{s}" for s in Stage),
        *(f"state.{s}" for s in TicketState),
        *(f"paper.{p}" for p in Printing),
        *(f"alert.{k}" for k in AlertKind),
        *(f"printer.{s}" for s in PrinterStands),
        *(f"reason.{s}" for s in PrinterStands if s is not PrinterStands.READY),
    }
    assert {key for key in keys if key not in words} == set()


def test_no_sentence_for_people_stands_in_the_logic() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for source in files("guidedesk").iterdir():
        if source.name.endswith(".py"):
            code = re.sub(r'"""[\s\S]*?"""|#.*', "", source.read_text(encoding="utf-8"))
            assert not chinese.search(code), source.name
