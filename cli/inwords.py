"""Codes of stations, devices and alerts in words: for the tables of `hall status`, `hall doctor` and `hall day`."""

from __future__ import annotations

from hall.devices import device_words, trouble_words
from hall.model import AlertKind
from hall.station.settings import words


class InWords:
    """Codes in one language; a code that has no words stays as it is."""

    def __init__(self, language: str) -> None:
        self._say = words("timeline", language)

    def device(self, name: str) -> str:
        """A device's name: `pad-3`."""
        return device_words(self._say, name)

    def reason(self, code: str) -> str:
        """Why a device is in trouble: `paper_out`."""
        return self._told("reason", code)

    def kind(self, code: str) -> str:
        """What an alert is about: `wait_long`."""
        return self._told("kind", code)

    def alert(self, kind: str, subject: str, detail: str) -> str:
        """An alert in a line."""
        if kind == AlertKind.DEVICE:
            return f"{subject} {trouble_words(self._say, detail)}"
        return " ".join(filter(None, (self.kind(kind), subject, detail)))

    def _told(self, of: str, code: str) -> str:
        key = f"{of}.{code}"
        return self._say(key) if key in self._say else code
