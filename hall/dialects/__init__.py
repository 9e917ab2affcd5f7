"""Sans-I/O codecs, one module per wire language: bytes in, values out, and back.

A dialect opens nothing and waits for nothing. Its decoder has `feed(data)`; what a device said wrong is a
value, too, so that the caller can count and log it. Profiles name a dialect by its module name.
"""

from hall.errors import HallError


class BadFrame(HallError, ValueError):
    """A frame is well formed on the wire but says something the dialect does not allow."""
