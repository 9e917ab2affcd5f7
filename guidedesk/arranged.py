"""The guide desk's lists for an order and for the manager: classes, who is asked for, windows, leave. Pure."""

from __future__ import annotations

from guidedesk.choices import addable, bare_windows, manned, rows, shown, who_stands_in
from guidedesk.frame import View
from guidedesk.lists import able, foot, grid
from hall.listed import card_of
from hall.messages import WindowState
from hall.model import DeskState, WindowNo
from screen.colours import INK
from screen.layout import Box
from screen.page import PLAIN, Align, Button, Item, Shape, Text


def classes(view: View, body: Box) -> list[Item]:
    """The classes of 绿色通道, each with the rule that grants it: staff look before they give one."""
    listed = {f"class:{p.id}": p for p in (view.state.catalogue.priorities if view.state.catalogue else ())}
    below, rest = body.foot(view.px(92))
    title, rest = rest.top(view.px(54))
    items: list[Item] = [_title(view, title, view("title.classes")), *foot(view, below, back=True)]
    for n, (button, place) in enumerate(zip(shown(view.state), rest.rows(5, view.px(10)), strict=False), start=1):
        found = listed.get(button)
        name = view("class_named", name=view.named(found), basis=found.basis) if found else view("no_class")
        label = view("key.with", n=n, name=name)
        items.append(Button(button, label, place, view.px(28), "", PLAIN, Shape.RIGHT, align=Align.LEFT))
    return items


def who(view: View, body: Box) -> list[Item]:
    """Whichever window calls first, or one of those where somebody sits, or that clerk wherever they sit."""
    at = {w.window: w for w in manned(view.state)}
    labels = {"who:": view("anyone")}
    for number, window in at.items():
        labels[f"who:#{number}"] = view("window", number=number)
        labels[f"who:@{window.clerk}"] = view("clerk_at", name=_name(view, window.clerk or ""), number=number)
    return _titled(view, body, view("title.who"), labels)


def arrange(view: View, body: Box) -> list[Item]:
    """Leave, and every window as it stands."""
    listed = view.state.catalogue.windows if view.state.catalogue else ()
    labels = {"leave:": view("button.leave")}
    labels |= {f"window:{w.number}": f"{view('window', number=w.number)} · {_stands(view, w.number)}" for w in listed}
    return grid(view, body, labels, back=False)


def window(view: View, body: Box) -> list[Item]:
    """For how long a window is opened or closed."""
    number = view.state.window or 0
    labels = {}
    for button in rows(view.state):
        kind, _, minutes = button.partition(":")
        labels[button] = view(f"arrange.{kind}", hours=f"{int(minutes or 0) / 60:g}", count=len(view.state.extra))
    title = view("title.window", number=number, state=_stands(view, number))
    return _titled(view, body, title, labels, asks=True)


def extra_departments(view: View, body: Box) -> list[Item]:
    """The departments that have a matter which the window does not serve anyway."""
    listed = {d.id: d for d in (view.state.catalogue.departments if view.state.catalogue else ())}
    chosen = {m.department for m in addable(view.state) if m.id in view.state.extra}
    labels = {}
    for button in rows(view.state):
        department = button.partition(":")[2]
        name = view.named(listed[department])
        labels[button] = view("added", name=name) if department in chosen else name
    return _titled(view, body, view("title.extra", number=view.state.window or 0), labels)


def extra_matters(view: View, body: Box) -> list[Item]:
    """Its matters; what was chosen says so, and one more press takes it off."""
    labels = {}
    for matter in addable(view.state):
        name = view.named(matter)
        labels[f"extra:{matter.id}"] = view("added", name=name) if matter.id in view.state.extra else name
    return _titled(view, body, view("title.extra", number=view.state.window or 0), labels)


def clerks(view: View, body: Box) -> list[Item]:
    """Who goes on leave."""
    return _titled(view, body, view("title.clerks"), _cards(view, "away"))


def spans(view: View, body: Box) -> list[Item]:
    """From when to when."""
    labels = {button: view(button.replace(":", ".")) for button in rows(view.state)}
    return _titled(view, body, view("title.spans", name=_leaving(view)), labels)


def stand_in(view: View, body: Box) -> list[Item]:
    """Who takes over: those who hold the B post; of half a day and more somebody must."""
    at = {w.clerk: w.window for w in view.state.windows if w.clerk is not None}
    labels = {"stand_in:": view("nobody")}
    for badge in who_stands_in(view.state):
        name = view("clerk", name=_name(view, badge), badge=badge)
        labels[f"stand_in:{badge}"] = view("clerk_at", name=name, number=at[badge]) if badge in at else name
    leave, bare = view.state.leave, bare_windows(view.state)
    key = "title.stand_in" if len(labels) > 1 else "title.no_stand_in" if bare else "title.no_post"
    title = view(
        key,
        name=_leaving(view),
        span=view(f"span.{leave.span}") if leave else "",
        windows=view("list").join(map(str, bare)),
    )
    return _titled(view, body, title, labels, asks=True)


def _titled(view: View, body: Box, title: str, labels: dict[str, str], *, asks: bool = False) -> list[Item]:
    """A grid of choices below a title. `asks`: a choice asks the hub."""
    head, rest = body.top(view.px(54))
    items = grid(view, rest, labels, back=True)
    if asks:
        items = [able(view, item) if isinstance(item, Button) and item.id in labels else item for item in items]
    return [_title(view, head, title), *items]


def _title(view: View, box: Box, title: str) -> Text:
    return Text(title, box, view.px(30), INK, bold=True, least=view.px(16))


def _cards(view: View, kind: str) -> dict[str, str]:
    listed = view.state.catalogue.clerks if view.state.catalogue else ()
    return {f"{kind}:{c.badge}": view("clerk", name=c.name, badge=c.badge) for c in listed}


def _name(view: View, badge: str) -> str:
    return card_of(view.state.catalogue, badge).name or badge


def _leaving(view: View) -> str:
    return _name(view, view.state.leave.badge) if view.state.leave else ""


def _stands(view: View, number: WindowNo) -> str:
    """Who sits at a window, and what it is doing."""
    found: WindowState | None = next((w for w in view.state.windows if w.window == number), None)
    state = found.state if found is not None else DeskState.CLOSED
    words = view(f"desk.{state}")
    return f"{_name(view, found.clerk)} · {words}" if found is not None and found.clerk else words
