"""Every event of the log has its sentence in every language, and reads without a hole."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from msgspec import structs

from cli.timeline import Teller
from hall.events import AlertRaised, AnyEvent
from hall.model import AlertKind, Role
from hall.station.settings import read_hall, words
from slips.values import PrinterStands

HALL = read_hall(Path(__file__).parents[2] / "examples" / "village" / "hall.toml")
VALUES: dict[str, Any] = {
    "ticket": "2026-11-23/A017",
    "label": "A017",
    "matter": HALL.matters[0].id,
    "badge": "101",
    "day": "2026-11-23",
}


def made(kind: type) -> AnyEvent:
    """An event of a kind with plain values."""
    plain = {}
    for field in structs.fields(kind):
        if field.required:
            plain[field.name] = VALUES.get(field.name, 1 if field.type is int else None)
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        if field.name in plain and plain[field.name] is None:
            inner = field.type
            if isinstance(inner, msgspec.inspect.BoolType):
                plain[field.name] = False
            elif isinstance(inner, msgspec.inspect.EnumType):
                plain[field.name] = next(v.value for v in inner.cls if v.value not in ("reserved",))
            else:
                plain[field.name] = 1 if isinstance(inner, msgspec.inspect.IntType) else "x"
    event: AnyEvent = msgspec.convert({"event": kind.__struct_config__.tag, **plain}, kind)  # type: ignore[attr-defined]
    return event


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda k: k.__name__)
def test_every_event_has_a_sentence(kind: type, language: str) -> None:
    clock, sentence, _ = Teller(HALL, words("timeline", language), language).line(1_763_860_000_000, made(kind))
    assert clock == "09:06:40"
    assert sentence
    assert "{" not in sentence


def test_both_languages_hold_the_same_keys() -> None:
    assert set(words("timeline", "zh").keys()) == set(words("timeline", "en").keys())


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "16号窗口评价器 不足五级"), ("en", "pad of window 16 not five-level")]
)
def test_a_device_in_trouble_is_told_by_its_window_and_in_words(language: str, told: str) -> None:
    alert = AlertRaised(alert="device-x", kind=AlertKind.DEVICE, subject="line-c", detail="pad-16: not_five_level")
    assert told in Teller(HALL, words("timeline", language), language).line(0, alert)[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_role_that_is_started_has_a_name(language: str) -> None:
    told = words("timeline", language)
    assert all(role.value in told for role in Role)


@pytest.mark.parametrize("room", ["timeline", "guidedesk"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_device_and_every_trouble_of_one_has_words(room: str, language: str) -> None:
    troubles = {stands.value for stands in PrinterStands} - {"ready"}
    troubles |= {"port", "pin", "silent", "not_five_level", "no_sound_card", "no_recording"}
    troubles |= {"cannot_sound", "cannot_record"}
    devices = {"printer", "keypad", "pad", "pad_voice", "bar", "light", "voice", "speaker"}
    wanted = {f"reason.{name}" for name in troubles} | {f"device.{name}" for name in devices}
    assert wanted - set(words(room, language).keys()) == set()
