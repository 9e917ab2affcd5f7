"""The words of the voice: every language has the same keys, and every character of a label."""

from __future__ import annotations

from string import ascii_uppercase, digits

from hall.station.settings import words
from tests.broadcast.made import wording_of


def test_both_languages_have_the_same_keys() -> None:
    assert set(words("broadcast", "zh").keys()) == set(words("broadcast", "en").keys())


def test_every_character_of_a_label_can_be_said() -> None:
    for language in ("zh", "en"):
        assert set(wording_of(language).spoken) == set(digits + ascii_uppercase)
        assert all(wording_of(language).spoken.values())


def test_one_is_never_yao() -> None:
    assert wording_of("zh").spoken["1"] == "一"
    assert "幺" not in wording_of("zh").spoken.values()
