"""What may be chosen on each page of the guide desk: its lists, leaf by leaf. Pure."""

from __future__ import annotations

from guidedesk.values import OPENINGS, PER_LEAF, SPANS, GuideDesk, PageName
from hall.hours import day_of
from hall.messages import ListedDepartment, ListedMatter, WindowState
from hall.model import MOST_MATTERS, Badge, Day, WindowNo
from hall.posts import leaves_bare, stand_ins


def departments(state: GuideDesk) -> tuple[ListedDepartment, ...]:
    """The departments that have a matter."""
    if state.catalogue is None:
        return ()
    used = {matter.department for matter in state.catalogue.matters}
    return tuple(department for department in state.catalogue.departments if department.id in used)


def matters(state: GuideDesk) -> tuple[ListedMatter, ...]:
    """The matters of the chosen department."""
    if state.catalogue is None:
        return ()
    return tuple(matter for matter in state.catalogue.matters if matter.department == state.department)


def chosen(state: GuideDesk) -> ListedMatter | None:
    """The chosen matter."""
    listed = state.catalogue.matters if state.catalogue else ()
    return next((matter for matter in listed if matter.id == state.matter), None)


def may_add(state: GuideDesk) -> bool:
    """Whether one more matter fits on the number."""
    return len(state.order.further) < MOST_MATTERS - 1


def manned(state: GuideDesk) -> tuple[WindowState, ...]:
    """The windows that serve the chosen matter and where somebody sits."""
    matter = chosen(state)
    here = matter.windows if matter is not None else ()
    return tuple(w for w in state.windows if w.window in here and w.clerk is not None)


def addable(state: GuideDesk) -> tuple[ListedMatter, ...]:
    """What a window may be given beside its own: matters of the hall that are served, and not there anyway."""
    listed = state.catalogue.matters if state.catalogue else ()
    return tuple(m for m in listed if m.windows and state.window not in m.windows)


def who_stands_in(state: GuideDesk) -> tuple[Badge, ...]:
    """The clerks whose posts let them take over from the one who goes; who is away themselves, only the hub knows."""
    if state.catalogue is None or state.leave is None:
        return ()
    return stand_ins(state.catalogue.posts, state.leave.badge, *_days(state))


def bare_windows(state: GuideDesk) -> tuple[WindowNo, ...]:
    """The windows of the one who goes."""
    if state.catalogue is None or state.leave is None:
        return ()
    return leaves_bare(state.catalogue.posts, state.leave.badge, *_days(state))


def _days(state: GuideDesk) -> tuple[Day, Day]:
    """First and last day of the leave being arranged."""
    assert state.catalogue is not None
    assert state.leave is not None
    utc_offset = state.catalogue.utc_offset
    return day_of(utc_offset, state.leave.begins), day_of(utc_offset, state.leave.ends - 1)


def rows(state: GuideDesk) -> tuple[str, ...]:
    """The button ids of the list on this page, all leaves."""
    catalogue = state.catalogue
    if catalogue is None:
        return ()
    zones = catalogue.zones
    match state.page:
        case PageName.DEPARTMENTS:
            return tuple(f"department:{d.id}" for d in departments(state))
        case PageName.MATTERS:
            return tuple(f"matter:{m.id}" for m in matters(state))
        case PageName.CLASSES:
            return ("class:", *(f"class:{p.id}" for p in catalogue.priorities))
        case PageName.WHO:
            return ("who:", *(f"who:{who}" for w in manned(state) for who in (f"#{w.window}", f"@{w.clerk}")))
        case PageName.ARRANGE:
            return ("leave:", *(f"window:{w.number}" for w in catalogue.windows))
        case PageName.WINDOW:
            return (*OPENINGS, "extras:")
        case PageName.EXTRA_DEPARTMENTS:
            holding = {m.department for m in addable(state)}
            return tuple(f"department:{d.id}" for d in catalogue.departments if d.id in holding)
        case PageName.EXTRA_MATTERS:
            return tuple(f"extra:{m.id}" for m in addable(state) if m.department == state.department)
        case PageName.CLERKS:
            return tuple(f"away:{c.badge}" for c in catalogue.clerks)
        case PageName.SPANS:
            return tuple(f"span:{name}" for name in SPANS)
        case PageName.STAND_IN:
            return ("stand_in:", *(f"stand_in:{badge}" for badge in who_stands_in(state)))
        case PageName.ALERTS:
            return tuple(f"handled:{a.id}" for a in state.alerts)
        case PageName.EMERGENCY:
            return tuple(f"text:{n}" for n in range(len(state.texts)))
        case PageName.ZONES:
            # Of a single zone there is nothing to choose but all.
            return ("zone:", *(f"zone:{z.id}" for z in zones if len(zones) > 1))
        case _:
            return ()


def leaves(state: GuideDesk) -> int:
    """How many leaves the list fills, at least 1."""
    per_leaf = PER_LEAF.get(state.page, 1)
    return max(1, -(-len(rows(state)) // per_leaf))


def shown(state: GuideDesk) -> tuple[str, ...]:
    """The button ids of the list's present leaf; key n presses the n-th."""
    per_leaf = PER_LEAF.get(state.page, 1)
    leaf = min(state.leaf, leaves(state) - 1)
    return rows(state)[leaf * per_leaf : (leaf + 1) * per_leaf]
