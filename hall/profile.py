"""What a device model needs the product to know: one Struct for each kind of device.

`firmware_profiles/<name>.toml` is data; `hall.profilefile` reads it. A new kind of device (an LED card, a card reader,
a scanner) is a frozen Struct below, added to `KINDS` and `Profile`, with what its types do not say in
`hall.profilefile.RULES`; then `hall device list` and the table of supported devices know it.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from hall.dialects.aabb import Look
from hall.keymap import Action, Binding, action_of

Verified = Literal["captured", "two sources", "one source", "experimental"]


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A serial line as the device is delivered; a hall may set its devices otherwise."""

    baud: int
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1


class Presenter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kiosk printer's mouth: it holds the slip out after the cut, and can swallow or drop what nobody took."""

    steps: int  # m of 1D 65 03 m; a step is as long as the maker likes
    untaken: Literal["eject", "retract"]  # what becomes of a slip that still hangs there when the next one comes


class PrinterProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket printer."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["escpos"]
    line: LineSettings
    width_dots: int  # dots that can be printed across
    columns: int  # characters of font A across; a Chinese character takes two
    chinese: Literal["gb18030", "raster"]  # raster: the printer has no Chinese font, text is sent as an image
    status: Literal["questions", "full"]  # four DLE EOT questions, or 10 04 14 with the makers' four bytes
    in_order_status: bool  # answers GS r 1 after everything before it is printed
    auto_status: bool  # tells by itself what changes (ASB), once 1D 61 FF was sent
    fixed_bits: bool  # answers to DLE EOT carry bits 1 and 4
    cut: Literal["full", "partial", "none"]
    presenter: Presenter | None = None
    captures: tuple[str, ...] = ()


class KeypadProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller with digits and keys."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["ff68"]
    line: LineSettings
    address_bytes: Literal[1]
    speaks: Literal["unasked", "polled"]  # sends a key by itself, or waits until the host asks
    ack_timeout_ms: int
    retries: int  # how often the keypad sends a key again that nobody acknowledged
    max_digits: int
    keymap: tuple[Binding, ...]
    poll_command: int = 0  # of a keypad that is polled: the command byte that asks
    poll_reply_ms: int = 0  # and how soon after that frame its answer begins
    captures: tuple[str, ...] = ()

    def action(self, digits: str, key: int) -> Action | None:
        """What the clerk wished, None if this keymap gives the key no meaning."""
        return action_of(self.keymap, digits, key)


class BarProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An LED bar of one line over a window, or a board of a few digits."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["a090", "aabb-sum", "aabb-xor", "number4"]
    line: LineSettings
    columns: int  # cells of half a Hanzi: a Chinese character takes two; number4: of the text its number is taken from
    reply_timeout_ms: int  # 0: the bar never replies
    repeat_s: float  # how often the present text is sent again
    look: Look | None = None  # aabb: how a text appears
    sum_counts_end: bool | None = None  # aabb-sum: whether the FF at the end is part of the sum
    digits: int | None = None  # number4: how many it shows
    captures: tuple[str, ...] = ()


class PadKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pad sends for one of its keys, and the level (1–5) that is printed on the key."""

    value: int
    level: int


class PadProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rating pad with keys (评价器)."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["ff68"]
    line: LineSettings
    ack: Literal["value", "short"]  # hall.dialects.ff68_pad: A gives the value back, B is short and without FF
    ack_timeout_ms: int
    retries: int  # how often the pad sends a value again that nobody acknowledged
    five_level: bool  # False: some level has no key, and the hall is told
    keys: tuple[PadKey, ...]
    captures: tuple[str, ...] = ()

    def level(self, value: int) -> int | None:
        """The level of a value, None if no key sends it."""
        return next((key.level for key in self.keys if key.value == value), None)


Profile: TypeAlias = PrinterProfile | KeypadProfile | BarProfile | PadProfile
KINDS: Final[dict[str, type[PrinterProfile] | type[KeypadProfile] | type[BarProfile] | type[PadProfile]]] = {
    "printer": PrinterProfile,
    "keypad": KeypadProfile,
    "bar": BarProfile,
    "pad": PadProfile,
}


def kind_of(profile: Profile) -> str:
    """The key of its Struct in KINDS."""
    return next(kind for kind, struct in KINDS.items() if isinstance(profile, struct))
