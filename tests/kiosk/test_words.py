"""The kiosk's sentences: the same keys and values in every language, and one for every refusal."""

from __future__ import annotations

import pytest

from hall.messages import Refusal
from tests.kiosk.made import LANGUAGES, kiosk_words


@pytest.mark.parametrize("room", ["kiosk", "slip", "refusals"])
def test_every_language_says_the_same_things(room: str) -> None:
    chinese, *others = (kiosk_words(room)[language] for language in LANGUAGES)
    for other in others:
        assert set(other.keys()) == set(chinese.keys())


def test_every_refusal_has_words() -> None:
    for words in kiosk_words("refusals").values():
        assert set(words.keys()) == {code.value for code in Refusal}
