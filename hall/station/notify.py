"""What the service manager is told: ready, still alive, stopping (sd_notify(3)).

`alive` belongs into the loop that owns the state: a thread of its own would feed the watchdog of a loop that hangs.
Fifteen lines of our own: sdnotify on PyPI has not been kept since 2017, and systemd's own package needs a compiler.
"""

from __future__ import annotations

import logging
import os
import socket

FEED_S = 1.0
log = logging.getLogger("notify")


class ServiceManager:
    """Datagrams to `address`; without one nobody is told, as in a terminal."""

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None
        self._fed_at = float("-inf")

    @classmethod
    def of_this_process(cls) -> ServiceManager:
        """The one that started this process, if it is waiting to hear. Children are not to speak for it."""
        return cls(os.environ.pop("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        """Everything is open; the watchdog begins to count."""
        self._tell("READY=1\nWATCHDOG=1")

    def alive(self, mono: float) -> None:
        """One more turn of the loop is done; told at most once a second."""
        if mono - self._fed_at >= FEED_S:
            self._fed_at = mono
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, what: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(what.encode(), self._address)
        except OSError as error:
            log.warning("the service manager does not hear: %s", error)
