"""The mouth of a kiosk printer: it holds a slip out, drops it or takes it back.

    host → printer   1D 65 03 m  present, m steps out     1D 65 05  eject     1D 65 02  retract     1D 65 06  how is it

Sources: Pyramid Reliance, Custom KPM. How long a step is differs, so it stands in the profile. What 1D 65 06 answers is
in neither: it is known here so that a capture can be read, and never sent.
"""

from typing import Final

from hall.dialects import BadFrame

EJECT: Final = b"\x1d\x65\x05"
RETRACT: Final = b"\x1d\x65\x02"
STATE: Final = b"\x1d\x65\x06"
PRESENT: Final = b"\x1d\x65\x03"  # and one byte m


def present(steps: int) -> bytes:
    """Hold the slip out by so many steps; BadFrame above 255."""
    if not 0 <= steps <= 0xFF:
        raise BadFrame(f"presenter: {steps} steps; one byte holds 0–255")
    return PRESENT + bytes([steps])
