"""The hall that is simulated: small, but with every kind of neighbour: shared matters, windows and clerks."""

from __future__ import annotations

from hall.hours import instant_of
from hall.model import (
    AlertPolicy,
    BookingPolicy,
    CaseType,
    Clerk,
    Department,
    Guide,
    Hall,
    Holidays,
    Hours,
    Joint,
    Matter,
    MissPolicy,
    Policy,
    Post,
    PostLetter,
    Priority,
    Quota,
    Role,
    Station,
    StationId,
    Step,
    Then,
    Window,
    Zone,
)
from hall.pin import verifier

CHEAP = (2, 1, 1)  # of scrypt: a simulation signs in thousands of times
FIRST_DAY = "2026-11-23"  # a Monday
DAY_OFF = "2026-11-25"
OFFSET = "+08:00"
# Eight digits that stand nowhere else but in times (testbed.sim.secret): any sight of them elsewhere is a leak.
PINS = {
    "101": "90817263",
    "102": "81726354",
    "103": "72635445",
    "104": "63544536",
    "105": "45362718",
    "106": "36271809",
}
WRONG_PIN = "54453627"
TEMPORARY = "102"
POISON = "poison"  # its department does not exist: a request for it crashes the rules
KIOSKS: tuple[StationId, ...] = ("kiosk-1", "kiosk-2", "kiosk-3")
ROGUE: StationId = "rogue-1"
GUIDE: StationId = "guide-1"
SPEAKER: StationId = "speaker-1"
DESKS: dict[StationId, tuple[int, ...]] = {
    "window-1": (1,),
    "window-2": (2, 3),  # one line with the keypads of two windows
    "window-4": (4, 5),
}
START = instant_of(OFFSET, FIRST_DAY, "08:49:50")


def _matter(
    name: str, department: str, minutes: float = 8.0, approval: bool = False, joint: Joint | None = None
) -> Matter:
    guide = Guide(
        basis="示例",
        conditions=(),
        materials=(),
        fee="不收费",
        statutory_days=10,
        promised_days=5,
        steps=(Step(name="受理", post="窗口", phone="0915-000 0001"),),
    )
    return Matter(
        id=name,
        name=name,
        department=department,
        case=CaseType.JOINT if joint else CaseType.PROMISED,
        guide=guide,
        minutes=minutes,
        approval=approval,
        joint=joint,
    )


def missed(variant: int) -> MissPolicy:
    """What becomes of a missed ticket: void, kept, put back once there, or by itself."""
    return (
        MissPolicy(),
        MissPolicy(then=Then.KEPT, kept_minutes=0.5, times=2),
        MissPolicy(then=Then.BEHIND, behind=2, kept_minutes=0.5, times=2),
        MissPolicy(then=Then.BEHIND, behind=3, times=3, by_itself=True, pause_s=0.2),
    )[variant % 4]


def hall(variant: int = 0) -> Hall:
    """The simulated hall, with one of four ways to treat the missed. It passes by the hall
    file's checks on purpose: one matter is poison, PINs are cheap."""
    joined = variant % 8 < 4  # whether the host of `family` ends it
    return Hall(
        id="sim",
        name="仿真大厅",
        utc_offset=OFFSET,
        departments=(
            Department(id="social", name="社会保障", series="A"),
            Department(id="civil", name="民政", series="B"),
            Department(id="health", name="卫生健康", series="C"),
        ),
        matters=(
            _matter("pension", "social"),
            _matter("medical", "social", 5.0, approval=True),
            _matter("relief", "civil"),
            _matter("household", "civil", 12.0),
            _matter("birth", "health"),
            _matter("venture", "civil", 6.0, joint=Joint(parts=("pension", "birth"), host=3)),
            _matter("family", "health", 6.0, joint=Joint(parts=("household", "medical", "relief"), returns=joined)),
            _matter(POISON, "nowhere"),
        ),
        zones=(Zone(id="a", name="A区"), Zone(id="b", name="B区")),
        windows=(
            Window(number=1, zone="a", serves=("pension", "medical")),
            Window(number=2, zone="a", serves=("pension", "medical", "relief", "family")),
            Window(number=3, zone="a", serves=("relief", "household", "venture"), helps=("birth",)),
            Window(
                number=4,
                zone="b",
                serves=("birth", "family"),
                delegated=("household",),
                helps=("relief", "medical"),
            ),
            Window(number=5, zone="b", serves=("birth", "pension", "venture", POISON)),
        ),
        clerks=tuple(
            Clerk(
                badge=badge,
                name=f"示例{badge}",
                pin=verifier(pin, badge.encode().rjust(16, b"\0"), CHEAP),
                temporary=badge == TEMPORARY,
            )
            for badge, pin in PINS.items()
        ),
        posts=(
            *(Post(window=n, letter=PostLetter.A, badge=f"10{n}") for n in range(1, 6)),
            *(Post(window=n, letter=PostLetter.B, badge=f"10{n + 1}") for n in range(1, 6)),
        ),
        stations=(
            *(Station(id=name, roles=(Role.KIOSK,), zone="a") for name in (*KIOSKS, ROGUE)),
            *(Station(id=name, roles=(Role.CALLER,), windows=windows) for name, windows in DESKS.items()),
            Station(id=GUIDE, roles=(Role.DESK,), windows=(1, 2, 3, 4, 5), zone="a"),
            Station(id=SPEAKER, roles=(Role.BROADCAST,), zone="a"),
        ),
        hours=Hours(calling=(("08:50", "12:00"), ("13:00", "17:00")), weekdays=(1, 2, 3, 4, 5, 6)),
        holidays=Holidays(years=(2026,), off=(DAY_OFF,)),
        policy=Policy(
            pin_lock_minutes=1.0,
            calls_before_no_show=2,
            number_digits=3,
            overtaken_at_most=3,
            help_over=6,
            priorities=(
                Priority(id="elder", name="老年人", basis="示例", weight_minutes=10.0, bound=2, at_kiosk=True),
                Priority(id="booked", name="预约", basis="示例", weight_minutes=30.0, bound=3),
            ),
            missed=missed(variant),
            alerts=AlertPolicy(wait_minutes=1.0, waiting=8, idle_minutes=0.2, unserved_minutes=0.2),
            bookings=BookingPolicy(
                priority="booked",
                late_priority="elder",
                quotas=tuple(
                    Quota(matter=matter, begins=begins, ends=ends, places=6)
                    for matter in ("pension", "medical")
                    for begins, ends in (("08:50", "12:00"), ("13:00", "17:00"))
                ),
            ),
        ),
    )
