"""The guide desk's pages for alerts and emergencies. Pure."""

from __future__ import annotations

from guidedesk.choices import rows, shown
from guidedesk.frame import DANGER, View, alert_words
from guidedesk.lists import able, foot, grid
from hall.model import AlertKind
from screen.colours import AMBER, INK, LINE, PALE_RED, RED, SOFT_INK, WHITE
from screen.layout import Box
from screen.page import PLAIN, Align, Button, Item, Panel, Shape, Sign, Text


def alerts(view: View, body: Box) -> list[Item]:
    """Every alert that is not over, with a button that ends it."""
    if not view.state.alerts:
        return [Text(view("no_alerts"), body, view.px(34), SOFT_INK, align=Align.CENTRE)]
    here = {f"handled:{a.id}": a for a in view.state.alerts}
    below, rest = body.foot(view.px(84))
    items: list[Item] = foot(view, below, back=False)
    places = rest.rows(5, view.px(8))
    for n, (button, place) in enumerate(zip(shown(view.state), places, strict=False), start=1):
        alert = here[button]
        urgent = alert.kind is AlertKind.STAFF_CALL
        ink = RED if urgent else INK
        press, told = place.right_strip(view.px(210))
        inner = told.inset(view.px(16), view.px(6))
        sign, inner = inner.left(view.px(40))
        since, inner = inner.right_strip(view.px(130))
        words = Box(inner.x + view.px(12), inner.y, inner.w - view.px(24), inner.h)
        items += [
            Panel(place, PALE_RED if urgent else WHITE, RED if urgent else LINE, view.px(10)),
            Sign(Shape.WARNING, sign.middle(view.px(34), view.px(34)), RED if urgent else AMBER),
            Text(alert_words(view, alert), words, view.px(27), ink, urgent, least=view.px(16)),
            Text(view("since", time=view.time(alert.started_at)), since, view.px(22), SOFT_INK, align=Align.RIGHT),
        ]
        key = view("key.with", n=n, name=view("button.handled"))
        items.append(able(view, Button(button, key, press.inset(view.px(8), view.px(8)), view.px(24))))
    return items


def emergency(view: View, body: Box) -> list[Item]:
    """What is called out now, and the texts that can be."""
    state = view.state
    items: list[Item] = []
    running = state.emergencies
    if running:
        upper, body = body.top(view.px(110))
        card = upper.top(view.px(98))[0]
        ends, told = card.right_strip(view.px(240))
        inner = told.inset(view.px(18), view.px(8))
        text, where = inner.top(round(inner.h * 0.58))
        texts = dict.fromkeys(e.text for e in running)
        zones_ = view("list").join(view.zone(e.zone) for e in running)
        items += [
            Panel(card, PALE_RED, RED, view.px(10)),
            Text(" / ".join(texts), text, view.px(26), RED, bold=True, least=view.px(15)),
            Text(view("running_in", zones=zones_), where, view.px(21), INK, least=view.px(14)),
        ]
        place = ends.inset(view.px(10), view.px(10))
        zone = running[0].zone if len(running) == 1 else ""
        items.append(Button(f"end:{zone}", view("button.end"), place, view.px(26), "F8", DANGER))
    paged = len(rows(state)) > len(shown(state))
    if paged:
        below, body = body.foot(view.px(84))
        items += foot(view, below, back=False)
    title, rest = body.top(view.px(48))
    items.append(Text(view("emergency.title"), title, view.px(28), INK, bold=True, least=view.px(18)))
    places = rest.rows(4, view.px(10))
    for n, (button, place) in enumerate(zip(shown(state), places, strict=False), start=1):
        text_ = state.texts[int(button.partition(":")[2])]
        label = view("key.with", n=n, name=text_)
        items.append(Button(button, label, place, view.px(25), "", PLAIN, Shape.RIGHT, align=Align.LEFT))
    return items


def zones(view: View, body: Box) -> list[Item]:
    """Where it is to be called out."""
    plan = view.state.plan
    title, rest = body.top(view.px(76))
    labels = {button: view.zone(button.partition(":")[2] or None) for button in rows(view.state)}
    words = title.top(view.px(64))[0]
    return [
        Text(plan.text if plan else "", words, view.px(26), RED, bold=True, least=view.px(16)),
        *grid(view, rest, labels, back=True),
    ]


def sure(view: View, body: Box) -> list[Item]:
    """The second confirmation; its key is no key that was just pressed."""
    plan = view.state.plan
    if plan is None:
        return []
    keys, card = body.foot(view.px(110))
    inner = card.inset(view.px(40), view.px(18))
    title, rest = inner.top(view.px(70))
    where, text = rest.top(view.px(56))
    no, yes = keys.foot(view.px(92))[0].columns(2, view.px(20))
    kind = "start" if plan.text else "end"
    told = plan.text or " / ".join(dict.fromkeys(e.text for e in view.state.emergencies if plan.zone in (None, e.zone)))
    place = view("zone_named", zone=view.zone(plan.zone))
    return [
        Panel(card, PALE_RED, RED, view.px(14), view.px(4)),
        Text(view(f"sure.{kind}"), title, view.px(40), RED, bold=True, least=view.px(24)),
        Text(place, where, view.px(30), INK, bold=True, least=view.px(18)),
        Text(told, text, view.px(40), INK, bold=True, least=view.px(20)),
        Button("back", view("button.not_sure"), no, view.px(30), view("key.escape"), shape=Shape.LEFT),
        able(view, Button("sure", view(f"button.sure_{kind}"), yes, view.px(30), "F9", DANGER, Shape.SOUND)),
    ]
