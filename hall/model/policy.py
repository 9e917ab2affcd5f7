"""Hours, holidays and the figures a hall is run by."""

from __future__ import annotations

from hall.model.ids import Day, Value


class Hours(Value, frozen=True, kw_only=True):
    """Local opening periods, `HH:MM`-`HH:MM`; `weekdays` counts Monday as 1."""

    taking: tuple[tuple[str, str], ...] = (("08:50", "12:00"), ("13:00", "16:50"))
    calling: tuple[tuple[str, str], ...] = (("09:00", "12:00"), ("13:00", "17:00"))
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    closing_soon_minutes: int = 20


class Holidays(Value, frozen=True, kw_only=True):
    """Days off and 调休 working days of the years told; nothing is invented for other years."""

    years: tuple[int, ...] = ()
    off: tuple[Day, ...] = ()
    working: tuple[Day, ...] = ()
    example: bool = False


class Policy(Value, frozen=True, kw_only=True):
    """The hall's figures; every one has a default that real halls use."""

    reserve_s: float = 10.0  # after this a reserved ticket is callable although its print is unknown
    reprint_s: float = 60.0  # the kiosk may reprint this long without staff
    undo_s: float = 8.0  # a wrong press may be taken back this long
    calls_before_no_show: int = 3  # how often a ticket must have been called before 过号 is allowed
    announce_repeats: int = 2
    announce_valid_s: float = 25.0
    pin_failures: int = 5
    pin_lock_minutes: float = 15.0
    number_digits: int = 3
