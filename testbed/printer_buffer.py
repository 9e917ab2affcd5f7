"""A printer's receive buffer: commands wait in it for the paper; questions in real time pass it by."""

from collections import deque

from testbed.escpos_commands import Command, Parser, RealTime


class ReceiveBuffer:
    """`size`: bytes that wait. True if anything waits."""

    def __init__(self) -> None:
        self.size = 0
        self._parser = Parser()
        self._real_time = RealTime()
        self._commands: deque[Command] = deque()

    def __bool__(self) -> bool:
        return bool(self._commands)

    def feed(self, byte: int) -> int | None:
        """Take a byte that arrived; the n of a DLE EOT n that it completes, which is no command to print."""
        asked = self._real_time.feed(byte, in_payload=self._parser.in_payload)
        for command in self._parser.feed(bytes([byte])):
            if command.kind != "real time":
                self._commands.append(command)
                self.size += len(command.raw)
        return asked

    @property
    def head(self) -> Command:
        """The command that is printed next."""
        return self._commands[0]

    def take(self) -> Command:
        """The head, taken out."""
        command = self._commands.popleft()
        self.size -= len(command.raw)
        return command
