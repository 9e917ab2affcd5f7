"""Hours, holidays and the figures a hall is run by."""

from __future__ import annotations

from enum import StrEnum

from hall.model.ids import Day, MatterId, PriorityId, Value


class Hours(Value, frozen=True, kw_only=True):
    """Local opening periods, `HH:MM`-`HH:MM`; `weekdays` counts Monday as 1."""

    taking: tuple[tuple[str, str], ...] = (("08:50", "12:00"), ("13:00", "16:50"))
    calling: tuple[tuple[str, str], ...] = (("09:00", "12:00"), ("13:00", "17:00"))
    on_post: tuple[tuple[str, str], ...] = (("08:50", "12:00"), ("12:50", "17:00"))
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    closing_soon_minutes: int = 20
    overtime_minutes: float = 30.0  # how long after a period's end those who wait may still be called


class Holidays(Value, frozen=True, kw_only=True):
    """Days off and 调休 working days of the years told; nothing is invented for other years."""

    years: tuple[int, ...] = ()
    off: tuple[Day, ...] = ()
    working: tuple[Day, ...] = ()
    example: bool = False


class Priority(Value, frozen=True, kw_only=True):
    """A class of 绿色通道. Its tickets count as if they had come `weight_minutes` earlier; none of them overtakes a
    ticket that later arrivals have overtaken `bound` times already. `basis` is the rule that grants it."""

    id: PriorityId
    name: str
    basis: str
    weight_minutes: float
    bound: int
    english: str = ""
    at_kiosk: bool = False  # whoever stands at the kiosk may say so; otherwise the guide desk looks first


class Then(StrEnum):
    """What becomes of a ticket that was called and nobody came."""

    VOID = "void"  # over for the day
    BEHIND = "behind"  # may come back, behind some who wait
    KEPT = "kept"  # may come back to its place for some minutes


class MissPolicy(Value, frozen=True, kw_only=True):
    """过号: how soon it may be called again, and what follows once nobody came."""

    pause_s: float = 0.0  # between two calls of a ticket, and before it is passed over
    then: Then = Then.VOID
    behind: int = 3  # how many are called before one who comes back
    kept_minutes: float = 15.0  # how long one may come back
    times: int = 1  # how often a ticket may come back; then it is void
    by_itself: bool = False  # with `behind`: it stands in the queue again without anybody asking


class AlertPolicy(Value, frozen=True, kw_only=True):
    """From when staff are told; 0 for never."""

    wait_minutes: float = 30.0
    waiting: int = 10  # more than so many at a window
    idle_minutes: float = 5.0  # a window does nothing while people wait for it
    unserved_minutes: float = 5.0  # people wait, and no window that serves them is open
    off_post: bool = True  # 脱岗: nobody at a window in the hours of being on post


class Quota(Value, frozen=True, kw_only=True):
    """How many may book a matter in a band of the day, `HH:MM` to `HH:MM`."""

    matter: MatterId
    begins: str
    ends: str
    places: int


class BookingPolicy(Value, frozen=True, kw_only=True):
    """预约: what may be booked, and when one has to come."""

    days_ahead: int = 5  # working days
    early_minutes: float = 15.0
    late_minutes: float = 30.0
    cancel_hours: float = 2.0
    priority: PriorityId = ""  # the class of one who comes by the time booked
    late_priority: PriorityId = ""  # of one who comes after it
    quotas: tuple[Quota, ...] = ()


class Retention(Value, frozen=True, kw_only=True):
    """How long what is kept. The log of the hall itself is kept for ever, and holds no personal data."""

    at: str = "03:40"  # when the hub deletes, every day
    words_days: int = 180  # a person's own words
    logs_days: int = 183  # the programs' journal must reach so far back


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
    overtaken_at_most: int = 5  # K: how many later arrivals may overtake a ticket, for whatever reason
    help_over: int = 10  # a window helps out where more than so many wait
    matters_at_kiosk: int = 5  # so many on one ticket may be chosen at the kiosk; 1: it does not ask for more
    cut_off: bool = False  # no number for a matter whose waiting would outlast today's calling
    priorities: tuple[Priority, ...] = ()
    missed: MissPolicy = MissPolicy()
    alerts: AlertPolicy = AlertPolicy()
    bookings: BookingPolicy = BookingPolicy()
    retention: Retention = Retention()
