"""A virtual device's port on the network: whoever connects speaks with the device, one client at a time."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import termios
import threading
from types import TracebackType
from typing import Final, Self

CHUNK: Final = 4096
CLOSE_LIMIT_S: Final = 5.0


class TcpPort:
    """Serves the serial port `path` on `port` of this machine (0: any that is free)."""

    def __init__(self, path: str, port: int = 0) -> None:
        self._device = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._server = socket.create_server(("127.0.0.1", port))
        self.port: Final[int] = self._server.getsockname()[1]
        self._client: socket.socket | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"virtual tcp port {self.port}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What the product opens."""
        return f"tcp://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop serving; closing twice is allowed."""
        if not self._thread.is_alive():
            return
        os.write(self._wake_write, b"!")
        self._thread.join(CLOSE_LIMIT_S)
        if self._thread.is_alive():
            raise TimeoutError(f"the port did not stop within {CLOSE_LIMIT_S} s")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError, termios.error):  # the device was closed: its clients see the connection end
            while self._turn():
                pass
        if self._client is not None:
            self._client.close()
        self._server.close()
        for fd in (self._device, self._wake_read, self._wake_write):
            os.close(fd)

    def _turn(self) -> bool:
        # Without a client the device is left alone: somebody may be using its serial port.
        ends = [] if self._client is None else [self._device, self._client.fileno()]
        ready = select.select([self._wake_read, self._server.fileno(), *ends], [], [])[0]
        if self._wake_read in ready:
            return False
        if self._server.fileno() in ready:
            client, _ = self._server.accept()
            if self._client is not None:
                self._client.close()
            client.settimeout(1.0)
            termios.tcflush(self._device, termios.TCIFLUSH)  # what was said before it came is not for it
            self._client = client
        elif self._client is not None and self._client.fileno() in ready:
            self._from_client(self._client)
        elif self._device in ready:
            data = os.read(self._device, CHUNK)
            if self._client is not None:
                with contextlib.suppress(OSError):  # nobody takes it: lost as on a real line
                    self._client.sendall(data)
        return True

    def _from_client(self, client: socket.socket) -> None:
        try:
            data = client.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            client.close()
            self._client = None
            return
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._device, rest) :]
            except BlockingIOError:
                select.select([], [self._device], [], 1.0)
