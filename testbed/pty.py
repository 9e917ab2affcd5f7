"""A raw pseudo-terminal: the slave's path is the product's serial port, the master is the device's end of the
cable."""

import os
import select
import tty
import weakref
from typing import Final

CHUNK: Final = 4096  # bytes per read; Linux holds 4 KiB per direction of a PTY


class Pty:
    """A PTY pair, all 256 byte values pass. The master belongs to one thread; `path` may be opened and closed
    at will: this side keeps the slave open, too, so that the line lives on while no host is there."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        self.path: Final = os.ttyname(self._slave)
        self._free = weakref.finalize(self, os.close, self._slave)  # for who forgets to close
        self.plugged = True

    def read(self) -> bytes:
        """The bytes that are there, b"" if none."""
        try:
            return os.read(self.master, CHUNK)
        except BlockingIOError:
            return b""

    def write(self, data: bytes, limit_s: float = 1.0) -> bool:
        """Send all of it; False if the host does not read for `limit_s`, as a real line loses what nobody
        takes."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self.master, rest) :]
            except BlockingIOError:
                if not select.select([], [self.master], [], limit_s)[1]:
                    return False
        return True

    def unplug(self) -> None:
        """Pull the cable: the product's reads and writes fail from now on. There is no plugging in again;
        make a new one.

        The slave stays open until `close`: its number is not given to another PTY, which a host that tries the old
        path again and again would take for its own device."""
        if self.plugged:
            self.plugged = False
            os.close(self.master)

    def close(self) -> None:
        """Pull the cable, and let the number go; closing twice is allowed."""
        self.unplug()
        self._free()
