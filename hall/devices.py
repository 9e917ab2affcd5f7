"""What a station's devices are called: in its state, in facts and alerts (`pad-3`), and to people (“3号窗口评价器”)."""

from __future__ import annotations

from hall.model import WindowNo
from hall.wording import Words


def device_at(kind: str, window: WindowNo) -> str:
    """The name of a window's device."""
    return f"{kind}-{window}"


def device_words(words: Words, device: str) -> str:
    """A device for people; its name as it is if the room has no words for its kind."""
    kind, _, window = device.rpartition("-")
    if window.isdigit() and f"device.{kind}" in words:
        return words("device_at", window=window, device=words(f"device.{kind}"))
    return words(f"device.{device}") if f"device.{device}" in words else device


def trouble_words(words: Words, detail: str) -> str:
    """The detail of a device's alert (`pad-16: not_five_level`) for people."""
    device, _, reason = detail.partition(": ")
    told = words(f"reason.{reason}") if f"reason.{reason}" in words else reason
    return f"{device_words(words, device)} {told}"
