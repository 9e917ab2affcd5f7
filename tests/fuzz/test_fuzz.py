"""Ten thousand inputs a decoder; `make fuzz` gives a million each, guided."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hall.dialects import Damaged
from hall.profile import PrinterProfile
from tests.fuzz.targets import DECODERS, PROFILES, TARGETS, decoder_of, reads_as
from tests.hall.dialects.known import FRAMES

AT_ONCE = 200  # inputs cut from one blob: drawing them one by one gives mostly short ones, the same again and again
EXAMPLES = 50
LONGEST = 24
PRINTERS = [name for name, found in PROFILES.items() if isinstance(found, PrinterProfile)]
WIDE = ("bench",)  # decodes every input with every profile


@pytest.mark.parametrize("name", TARGETS)
# Not shrunk: an input is short as it is, and shrinking the blob would take minutes.
@settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.binary(min_size=AT_ONCE * 20, max_size=AT_ONCE * 20))
def test_any_bytes(name: str, blob: bytes) -> None:
    for piece in inputs(blob, AT_ONCE // 20 if name in WIDE else AT_ONCE):
        try:
            TARGETS[name](piece)
        except Exception as error:
            raise AssertionError(f"{name} does not stand {piece.hex(' ')}: {error}") from error


def test_every_way_to_read_a_line_is_a_target() -> None:
    assert {reads_as(found) for found in PROFILES.values()} == {reads_as(PROFILES[name]) for name in DECODERS}


@pytest.mark.parametrize("name", DECODERS)
def test_another_title_is_no_other_decoder(name: str) -> None:
    renamed = replace(PROFILES[name], title="a device of another name")
    assert type(decoder_of(renamed)) is type(decoder_of(PROFILES[name]))
    known = [bytes.fromhex(data) for of, data, _ in FRAMES if of == name and of not in PRINTERS]
    for frame in known:
        assert any(not isinstance(heard, Damaged) for heard in decoder_of(renamed).feed(frame)), frame.hex(" ")


def inputs(blob: bytes, count: int) -> Iterator[bytes]:
    """So many pieces of the blob, up to LONGEST bytes each; the byte before a piece says how long."""
    at = 0
    for _ in range(count):
        size = blob[at % len(blob)] % (LONGEST + 1)
        yield blob[at + 1 : at + 1 + size]
        at = (at + 1 + size) % len(blob)
