"""The national list, and which ratings count."""

from __future__ import annotations

import pytest

from hall.messages import Rated
from hall.ratings import LEVELS, MAX_WORDS, BadRating, Reasons, fault_in, level_of, reasons_in
from hall.station.settings import words
from hall.wording import MissingWords, Words
from tests.evaluator.made import FIRST, REASONS

KNOWN = {REASONS.version: REASONS}
NATIONAL = {5: range(510, 518), 4: range(406, 414), 3: range(307, 315), 2: range(207, 215), 1: range(108, 116)}


def rated(level: int, *reasons: int, version: str = REASONS.version, own: str = "") -> Rated:
    return Rated(service=FIRST, level=level, reasons=reasons, version=version, words=own)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_forty_codes_eight_to_a_level_the_same_in_both_languages(language: str) -> None:
    said = words("ratings", language)
    found = reasons_in(said)
    assert found == REASONS
    assert found.codes == {level: tuple(codes) for level, codes in NATIONAL.items()}
    assert set(said.keys()) == set(words("ratings", "zh").keys())
    assert len({said(f"reason.{c}") for codes in NATIONAL.values() for c in codes}) == 40


def test_levels_go_from_the_best_to_the_worst_and_have_their_names() -> None:
    said = words("ratings")
    assert [said(f"level.{n}") for n in LEVELS] == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert said("level.0") == "未评价"


def test_the_short_list_is_the_first_three() -> None:
    assert REASONS.first(5) == (510, 511, 512)
    assert REASONS.first(1) == (108, 109, 110)
    assert REASONS.of(0) == ()
    assert level_of(307) == 3


@pytest.mark.parametrize(
    ("fact", "fault"),
    [
        (rated(5), None),
        (rated(5, version=""), None),
        (rated(5, 510, 517), None),
        (rated(1, 115, own="字" * MAX_WORDS), None),
        (rated(0, version=""), None),
        (rated(6), BadRating.LEVEL),
        (rated(-1), BadRating.LEVEL),
        (rated(5, 406), BadRating.REASON),
        (rated(5, 510, 510), BadRating.REASON),
        (rated(5, 599), BadRating.REASON),
        (rated(5, 510, version="of another year"), BadRating.VERSION),
        (rated(2, own="字" * (MAX_WORDS + 1)), BadRating.WORDS),
        (rated(0, 510), BadRating.EMPTY_HANDED),
        (rated(0, own="x"), BadRating.EMPTY_HANDED),
    ],
)
def test_which_ratings_count(fact: Rated, fault: BadRating | None) -> None:
    assert fault_in(fact, KNOWN) is fault


def test_an_older_list_is_judged_by_itself() -> None:
    older = Reasons("older", {5: (501,)})
    assert fault_in(rated(5, 501, version="older"), KNOWN | {"older": older}) is None
    assert fault_in(rated(5, 501), KNOWN | {"older": older}) is BadRating.REASON


def test_a_list_without_a_version_is_none() -> None:
    with pytest.raises(MissingWords):
        reasons_in(Words("ratings", {"reason": {"510": "x"}}))
