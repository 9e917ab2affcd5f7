"""Every frame of the dialects that public documents or code show: the profile, the bytes, and what they say."""

from __future__ import annotations

from typing import Any, Final

# Recomputed, or built from the literals of public code; no capture of a real line exists.
FRAMES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("ff68-21key-a", "FF68 0303 68 01 01 0C 0E 16", {"address": 1, "command": "keys", "key": "0C", "action": "next"}),
    ("ff68-21key-b", "FF68 0303 68 01 01 0C 0E 16", {"address": 1, "command": "keys", "key": "0C", "action": "next"}),
    ("ff68-21key-a", "FF68 0404 68 01 01 06 0F 17 16", {"digits": "6", "key": "0F", "action": "no_show"}),
    ("ff68-21key-b", "FF68 0404 68 01 01 05 0F 16 16", {"digits": "5", "key": "0F", "action": "no_show"}),
    (
        "ff68-21key-a",
        "FF68 0808 68 01 02 0A0A0A 000203 26 16",
        {"command": "show", "waiting": "   ", "ticket": "023"},
    ),
    ("ff68-21key-a", "FF68 0202 68 01 03 04 16", {"command": "beep"}),
    ("ff68-21key-b", "FF68 0303 68 01 02 01 04 16", {"command": "done"}),
    ("ff68-21key-b", "FF68 0303 68 01 02 00 03 16", {"command": "failed"}),
    ("ff68-pad-4", "FF68 0303 68 01 11 03 15 16", {"command": "rating", "value": 3, "level": 5}),
    ("ff68-pad-4", "FF68 0303 68 81 01 0B 8D 16", {"address": 129, "command": "start"}),
    ("ff68-pad-4", "FF68 0303 68 81 02 05 88 16", {"command": "stars"}),
    ("ff68-pad-4", "FF68 0303 68 81 01 03 85 16", {"command": "ack", "value": 3}),
    ("ff68-pad-4", "68 0202 68 81 01 82 16", {"address": 129, "command": "ack"}),
    (
        "a090-8",
        "A090 01 A5 0007 C7EB00 4100 3100 FF",
        {"address": 1, "command": "show", "text": "请A1", "colour": "red"},
    ),
    (
        "aabb-sum-8",
        "AA05 BB5154 A1 01 00 99 00 63 C7EB41303031B5BD33BAC5B4B0BFDA FF",
        {"address": 5, "command": "show", "text": "请A001到3号窗口", "effect": 1, "stay": 0x99, "valid": 0x63},
    ),
    ("aabb-sum-8", "AA05 55", {"address": 5, "command": "probe"}),
    ("aabb-sum-8-short", "AA01 BB5154 D5 0B 07 63 01 63 BFD5B3B5 FF", {"address": 1, "text": "空车", "effect": 11}),
    (
        "aabb-sum-8-short",
        "AA01 BB5154 72 01 00 00 02 63 4142BBB6D3ADB9E2C1D93132 FF",
        {"text": "AB欢迎光临12", "colour": 2},
    ),
    ("aabb-xor-8", "AA05 BB5154 01 00 99 00 63 4131 8B FF", {"address": 5, "text": "A1"}),
    ("number4-3", "05 03 E7 EF", {"address": 5, "command": "show", "number": 999}),
    ("escpos-80mm", "100401", {"from": "host", "command": "status 1"}),
    ("escpos-80mm", "1D7201", {"from": "host", "command": "in-order"}),
    ("escpos-80mm", "1D61FF", {"from": "host", "command": "auto"}),
    ("custom-kpm-80mm", "100414", {"from": "host", "command": "full"}),
    ("reliance-80mm", "1D6505", {"from": "host", "command": "eject"}),
    ("reliance-80mm", "1D6502", {"from": "host", "command": "retract"}),
    ("reliance-80mm", "1D65030C", {"from": "host", "command": "1D 65", "data": "03 0C"}),
    ("escpos-80mm", "18000F00", {"command": "automatic status", "offline": True, "paper_out": True}),
    ("escpos-80mm", "10000000", {"command": "automatic status", "offline": False, "paper_near_end": False}),
    ("escpos-80mm", "38000000", {"command": "automatic status", "cover_open": True}),
    ("escpos-80mm", "18080000", {"command": "automatic status", "cutter_error": True}),
    ("escpos-80mm", "10000300", {"command": "automatic status", "paper_near_end": True, "paper_out": False}),
    ("custom-kpm-80mm", "100F00000000", {"command": "full status", "paper_out": False, "cover_open": False}),
    (
        "custom-kpm-80mm",
        "100F25020001",
        {"paper_out": True, "slip_out": True, "cover_open": True, "cutter_error": True},
    ),
)
# One byte that answers a question: the profile, the byte, the question, and what it says of the printer.
ANSWERS: Final = (
    ("escpos-80mm", "1A", "printer", {"offline": True}),
    ("escpos-80mm", "32", "offline_cause", {"cover_open": False, "paper_out": True}),
    ("escpos-80mm", "7E", "roll", {"paper_out": True, "paper_near_end": True}),
    ("escpos-80mm", "1E", "roll", {"paper_out": False, "paper_near_end": True}),
    ("escpos-80mm", "0F", "in_order", {"paper_out": True, "paper_near_end": True}),
    ("reliance-80mm", "6C", "roll", {"paper_out": True, "paper_near_end": True}),
    ("reliance-80mm", "0C", "roll", {"paper_out": False, "paper_near_end": True}),
)
