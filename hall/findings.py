"""What is legal in a hall's files but what its manager should see: gaps, long promises, posts without people.

Mistakes (hall.hallfile) stop a hall from starting; findings never do. The sentences for people are in
`hall/words/<language>/findings.toml` under `finding.<code>`. Paths name a row by its id: the files of a hall are
joined, so that a row's place in a list says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from msgspec import Struct

from hall.hours import year_told
from hall.model import (
    CaseType,
    Day,
    Department,
    Hall,
    Matter,
    PostLetter,
    Role,
    Window,
    WindowNo,
)
from hall.photo import DIRECTORY, Fault
from hall.waiting import served

YEARS_OF_A_POST = 2  # seed §(四)3: 两年一定
PROMISE_PERCENT = 70  # seed §(三)5: 压缩比例原则上不低于 30%
NEXT_YEAR_FROM = "12-01"  # the State Council's notice of the next year's holidays is usually out in November


class Severity(StrEnum):
    """Whether something should be put right, or is only good to know."""

    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """What can be found; each has its words."""

    NO_BASIS = "no_basis"
    NO_CONDITIONS = "no_conditions"
    NO_MATERIALS = "no_materials"
    NO_FEE = "no_fee"
    NO_STEPS = "no_steps"
    NO_POST = "no_post"
    NO_PHONE = "no_phone"
    LONG_PROMISE = "long_promise"
    NO_HEAD = "no_head"
    HEAD_ELSEWHERE = "head_elsewhere"
    NO_MATTERS = "no_matters"
    NO_A_POST = "no_a_post"
    NO_B_POST = "no_b_post"
    NO_CALLER = "no_caller"
    ONLY_HERE = "only_here"
    CLERK_WITHOUT_POST = "clerk_without_post"
    TWO_A_POSTS = "two_a_posts"
    NO_PHOTO = "no_photo"
    PHOTO_MISSING = "photo_missing"
    PHOTO_TOO_LARGE = "photo_too_large"
    PHOTO_BROKEN = "photo_broken"
    PHOTO_TURNED = "photo_turned"
    CALLING_BEFORE_TAKING = "calling_before_taking"
    TAKING_AFTER_CALLING = "taking_after_calling"
    NO_CUT_OFF = "no_cut_off"
    NO_COMPLAINT_PHONE = "no_complaint_phone"
    NO_HOLIDAYS = "no_holidays"
    EXAMPLE_HOLIDAYS = "example_holidays"
    NO_YEAR = "no_year"
    LONG_POST = "long_post"
    POST_GAP = "post_gap"
    TEMPORARY_FOR_APPROVALS = "temporary_for_approvals"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing found; `where` is a path such as `matters[passport].guide.fee`, `told` fills its sentence: see
    `named`."""

    severity: Severity
    where: str
    code: Code
    told: dict[str, str | int] = {}


def findings(hall: Hall, day: Day = "", photos: Mapping[str, Fault | None] | None = None) -> tuple[Finding, ...]:
    """Everything found, warnings first. `day` is the hall's date: without it no year of holidays is missed. `photos`:
    the files that are there, and what is wrong with them; without it no file is missed."""
    found = [
        *(f for matter in hall.matters for f in _guide(matter)),
        *(f for department in hall.departments for f in _department(hall, department)),
        *_windows(hall),
        *_clerks(hall),
        *_photos(hall, photos),
        *_hours(hall),
        *_holidays(hall, day),
        *_posts(hall, day),
    ]
    if not hall.complaint_phone:  # 监督投诉信息, seed §(八)1
        found.append(_warning(Code.NO_COMPLAINT_PHONE, "complaint_phone"))
    return tuple(sorted(found, key=lambda f: f.severity is not Severity.WARNING))


def named(hall: Hall, finding: Finding, language: str) -> dict[str, str | int]:
    """What fills the finding's sentence in a language: names stand for the ids of matter, department and clerk."""
    values = dict(finding.told)
    for key, rows in (("matter", hall.by_matter), ("department", hall.by_department)):
        if key in values:
            row = rows[str(values[key])]
            values[key] = (language != "zh" and row.english) or row.name
    if "badge" in values:
        values["name"] = hall.by_badge[str(values["badge"])].name
    return values


def windows_of(hall: Hall, department: Department) -> tuple[WindowNo, ...]:
    """The department's own windows: those that serve its matters alone. A 综合窗口 of several is nobody's."""
    return tuple(w.number for w in hall.windows if {hall.by_matter[m].department for m in w.serves} == {department.id})


def _warning(code: Code, where: str, **told: str | int) -> Finding:
    return Finding(severity=Severity.WARNING, where=where, code=code, told=told)


def _info(code: Code, where: str, **told: str | int) -> Finding:
    return Finding(severity=Severity.INFO, where=where, code=code, told=told)


# --- matters -------------------------------------------------------------------------------------------------


def _guide(matter: Matter) -> Iterator[Finding]:
    """服务指南: what a citizen is told of a matter (seed §(三)4–7)."""
    guide, at = matter.guide, f"matters[{matter.id}].guide"
    for field, empty, code in (
        ("basis", not guide.basis.strip(), Code.NO_BASIS),
        ("conditions", not guide.conditions, Code.NO_CONDITIONS),
        ("fee", not guide.fee.strip(), Code.NO_FEE),
        ("steps", not guide.steps, Code.NO_STEPS),
    ):
        if empty:
            yield _warning(code, f"{at}.{field}", matter=matter.id)
    if not guide.materials:
        # What is done on the spot may need no paper; an application that is examined later does.
        tell = _info if matter.case is CaseType.IMMEDIATE else _warning
        yield tell(Code.NO_MATERIALS, f"{at}.materials", matter=matter.id)
    for i, step in enumerate(guide.steps):
        for field, text, code in (("post", step.post, Code.NO_POST), ("phone", step.phone, Code.NO_PHONE)):
            if not text.strip():
                yield _warning(code, f"{at}.steps[{i}].{field}", matter=matter.id, step=step.name)
    if guide.promised_days * 100 > guide.statutory_days * PROMISE_PERCENT:
        yield _warning(
            Code.LONG_PROMISE,
            f"{at}.promised_days",
            matter=matter.id,
            promised=guide.promised_days,
            statutory=guide.statutory_days,
            most=guide.statutory_days * PROMISE_PERCENT // 100,
            percent=PROMISE_PERCENT,
        )


# --- departments, windows and people ---------------------------------------------------------------------------


def _department(hall: Hall, department: Department) -> Iterator[Finding]:
    """窗口负责人 (seed §(四)1)."""
    at, own = f"departments[{department.id}]", windows_of(hall, department)
    if not department.head and len(own) > 1:
        yield _warning(Code.NO_HEAD, f"{at}.head", department=department.id, windows=_listed(own))
    if department.head and not any(p.badge == department.head and p.window in own for p in hall.posts):
        yield _warning(Code.HEAD_ELSEWHERE, f"{at}.head", department=department.id, badge=department.head)
    if not any(m.department == department.id for m in hall.matters):
        yield _info(Code.NO_MATTERS, at, department=department.id)


def _windows(hall: Hall) -> Iterator[Finding]:
    """AB岗 (seed §(四)2), and which windows nothing can replace."""
    posts = {(p.window, p.letter) for p in hall.posts}
    callers = {number for s in hall.stations if Role.CALLER in s.roles for number in s.windows}
    serving = Counter(matter for window in hall.windows for matter in served(window))
    for window in hall.windows:
        at = f"windows[{window.number}]"
        for letter, code in ((PostLetter.A, Code.NO_A_POST), (PostLetter.B, Code.NO_B_POST)):
            if (window.number, letter) not in posts:
                yield _warning(code, at, window=window.number)
        if window.number not in callers:
            yield _warning(Code.NO_CALLER, at, window=window.number)
        yield from _only_here(hall, window, serving)


def _only_here(hall: Hall, window: Window, serving: Counter[str]) -> Iterator[Finding]:
    # One line a window: a county hall has few matters that two windows serve, and a list of all hides the rest.
    here = served(window)
    alone = [m for m in here if serving[m] == 1]
    if alone and len(hall.windows) > 1:
        yield _info(
            Code.ONLY_HERE,
            f"windows[{window.number}].serves",
            window=window.number,
            count=len(alone),
            of=len(here),
            matter=alone[0],
        )


def _clerks(hall: Hall) -> Iterator[Finding]:
    for clerk in hall.clerks:
        at = f"clerks[{clerk.badge}]"
        posts = [p for p in hall.posts if p.badge == clerk.badge]
        if not posts:
            yield _warning(Code.CLERK_WITHOUT_POST, at, badge=clerk.badge)
        sits = list(dict.fromkeys(p.window for p in posts if p.letter is PostLetter.A))
        if len(sits) > 1:
            yield _warning(Code.TWO_A_POSTS, at, badge=clerk.badge, windows=_listed(sits))


_FAULTS: Mapping[Fault | None, Code] = {
    Fault.TOO_LARGE: Code.PHOTO_TOO_LARGE,
    Fault.BROKEN: Code.PHOTO_BROKEN,
    Fault.TURNED: Code.PHOTO_TURNED,
}


def _photos(hall: Hall, photos: Mapping[str, Fault | None] | None) -> Iterator[Finding]:
    """公示牌: 姓名、编号、相片 (seed §(八)3)."""
    for clerk in hall.clerks:
        at = f"clerks[{clerk.badge}].photo"
        if not clerk.photo:
            yield _warning(Code.NO_PHOTO, at, badge=clerk.badge)
        elif photos is not None:
            found = Code.PHOTO_MISSING if clerk.photo not in photos else _FAULTS.get(photos[clerk.photo])
            if found is not None:
                yield _warning(found, at, badge=clerk.badge, file=clerk.photo, directory=DIRECTORY)


def _posts(hall: Hall, day: Day) -> Iterator[Finding]:
    """两年一定, 先进后出 (seed §(四)3): who has held a post for longer, a post nobody held between two, and 临聘 staff
    where nothing but approvals is served."""
    for post in hall.posts:
        at = f"posts[{post.window}.{post.letter}]"
        ended = post.until and day and post.until < day
        if post.since and day and not ended and f"{int(post.since[:4]) + YEARS_OF_A_POST}{post.since[4:]}" <= day:
            yield _info(Code.LONG_POST, at, badge=post.badge, window=post.window, since=post.since)
        later = [p.since for p in hall.posts if (p.window, p.letter) == (post.window, post.letter) and p.since]
        follows = min((since for since in later if post.until and since > post.until), default="")
        if follows and date.fromisoformat(follows) > date.fromisoformat(post.until) + timedelta(days=1):
            yield _warning(Code.POST_GAP, at, window=post.window, until=post.until, since=follows)
        here = served(hall.by_window[post.window])
        if hall.by_badge[post.badge].temporary and here and all(hall.by_matter[m].approval for m in here):
            yield _warning(Code.TEMPORARY_FOR_APPROVALS, at, badge=post.badge, window=post.window)


def _listed(windows: tuple[WindowNo, ...] | list[WindowNo]) -> str:
    return ", ".join(map(str, windows))


# --- days and hours --------------------------------------------------------------------------------------------


def _hours(hall: Hall) -> Iterator[Finding]:
    """Numbers before the calling begins and through lunch are usual; after it has ended they are in vain."""
    taking, calling = hall.hours.taking, hall.hours.calling
    if calling[0][0] < taking[0][0]:
        yield _warning(Code.CALLING_BEFORE_TAKING, "hours.calling[0]", calling=calling[0][0], taking=taking[0][0])
    last, ends = taking[-1][1], calling[-1][1]
    at = f"hours.taking[{len(taking) - 1}]"
    if last > ends:
        yield _warning(Code.TAKING_AFTER_CALLING, at, taking=last, calling=ends)
    elif last == ends:
        yield _info(Code.NO_CUT_OFF, at, taking=last)


def _holidays(hall: Hall, day: Day) -> Iterator[Finding]:
    holidays = hall.holidays
    if not holidays.years:
        yield _warning(Code.NO_HOLIDAYS, "holidays")
        return
    if holidays.example:
        yield _warning(Code.EXAMPLE_HOLIDAYS, "holidays.example")
    if day:
        year = int(day[:4])
        for needed in (year, year + 1) if day[5:] >= NEXT_YEAR_FROM else (year,):
            if not year_told(holidays, f"{needed}-01-01"):
                yield _warning(Code.NO_YEAR, "holidays.years", year=needed)
