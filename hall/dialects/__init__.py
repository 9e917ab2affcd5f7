"""Sans-I/O codecs, one module per wire language: bytes in, values out, and back.

A dialect opens nothing and waits for nothing. Its decoder has `feed(data)`, and `end()` for what a stream that is over
leaves unfinished; what a device said wrong is a value, too, so that the caller can count and log it.
"""

import functools
import operator

import msgspec

from hall.errors import HallError


class BadFrame(HallError, ValueError):
    """A frame is well formed on the wire but says something the dialect does not allow."""


class Damaged(msgspec.Struct, frozen=True):
    """Bytes that began like a frame and were none, and the first thing that was wrong with them."""

    data: bytes
    reason: str  # "length", "checksum", "cut short" …: what a dialect's judge says


def xor_of(data: bytes) -> int:
    """All bytes, exclusive-or."""
    return functools.reduce(operator.xor, data, 0)
