"""The one writer: each request decided under its own savepoint, all of a batch committed together, then told.

Nothing here knows MQTT or the clock: the daemon and the simulation hand in what arrived and when.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from hall.errors import BadMessage, CannotWrite
from hall.events import AlertRaised, AnyEvent, Called, DayClosed, DayOpened, Forgotten, RequestCrashed, TicketIssued
from hall.messages import (
    Answer,
    AnyReply,
    Ask,
    Cancel,
    Done,
    Refusal,
    Refused,
    Say,
    SignIn,
    WindowWish,
    Wish,
    Withdrawal,
    Withdrawn,
    decode,
    decode_ask,
    encode,
    id_in,
)
from hall.model import AlertKind, DeskAct, Hall, Instant, Service, StationId, Ticket
from hall.pin import bound_to, proves
from hall.topics import Tree
from hub.decide import decide
from hub.decision import Asked, Decision
from hub.due import due
from hub.renumbering import renumbered
from hub.retention import is_due
from hub.seals import Sealed
from hub.store import Mark, Store
from hub.views import announcements, window_state
from hub.watch import WATCH_MS, watch

NEW: dict[type, type[Ticket | Service]] = {TicketIssued: Ticket, Called: Service}
MISDIRECTED = (Refusal.NOT_YOUR_WINDOW, Refusal.UNKNOWN_WINDOW)
CLOCK_TOLERANCE_MS = 1_000  # a step this small is waited out, not refused
NOBODY = "scrypt$16384$8$1$" + "0" * 32 + "$" + "0" * 64  # an unknown badge costs as much as a known one
log = logging.getLogger("hub")


class Heard(Struct, frozen=True):
    """A request as it came: from which station (its topic tells), and its bytes."""

    station: StationId
    payload: bytes


class Outcome(Struct, frozen=True):
    """What may be told now that it is committed. `trouble`: why nothing was; `detail` for technicians."""

    answers: tuple[tuple[StationId, bytes], ...] = ()
    moments: tuple[tuple[str, str, bytes], ...] = ()  # id, topic, body
    sealed: tuple[Sealed, ...] = ()
    changed: bool = False
    trouble: AlertKind | None = None
    detail: str = ""


class Writer:
    """Owns store and floor."""

    def __init__(self, hall: Hall, store: Store) -> None:
        self.hall = hall
        self.store = store
        self.floor = store.floor()
        self._tree = Tree(hall.id)
        self._told_moments: list[str] = []
        self._alarms: dict[str, AlertRaised] = {}
        self._next_watch: Instant = 0
        self._renumber: tuple[int, Callable[[], None]] | None = None
        self._forgot_at = store.for_a_time.last_run()
        self.broken: Counter[StationId] = Counter()  # messages that were no requests, since the shell last looked

    def alarm(self, alert: AlertRaised) -> None:
        """An alert of the shell's, raised with the next commit unless it stands already."""
        self._alarms.setdefault(alert.alert, alert)

    def number_from(self, first: int, done: Callable[[], None]) -> None:
        """Begin every series of the day again at `first`, with the next commit; then `done` is called."""
        self._renumber = (first, done)

    def delivered(self, moment: str) -> None:
        """The broker has a moment: it is dropped with the next commit."""
        self._told_moments.append(moment)

    def take(self, heard: Sequence[Heard], now: Instant) -> Outcome:
        """Decide and commit a batch, together with what the clock brings; what may be told after."""
        if now < self.floor.last_at - CLOCK_TOLERANCE_MS:
            return self._behind(heard, now)
        now = max(now, self.floor.last_at)
        pending = due(self.hall, self.floor, now) or self._watched(now)
        pending += tuple(a for name, a in self._alarms.items() if name not in self.floor.alerts)
        forgets = self._forgot_at is not None and is_due(self.hall, self._forgot_at, now)
        if not (heard or pending or self._told_moments or forgets or self._renumber):
            return Outcome()
        start = self.store.mark()
        batch = _Batch(self, now)
        try:
            self.store.begin()
            batch.commit_events(pending)
            if self._renumber is not None:
                batch.commit_events(renumbered(self.hall, self.floor, self._renumber[0]))
            for one in heard:
                batch.one(one)
            self.store.drop_moments(self._told_moments, now)
            forgotten = self.store.for_a_time.forget(now) if forgets else None
            if forgotten is not None:
                batch.commit_events((forgotten,))
            self.store.commit()
        except CannotWrite as error:
            return self._unwritten(start, error)
        if self._renumber is not None:
            self._renumber[1]()
            self._renumber = None
        self._forgot(forgotten, now)
        self._told_moments.clear()
        self._alarms.clear()
        return Outcome(
            answers=tuple(batch.answers),
            moments=tuple(batch.moments),
            sealed=tuple(batch.sealed),
            changed=batch.changed,
        )

    def _watched(self, now: Instant) -> tuple[AnyEvent, ...]:
        if now < self._next_watch:
            return ()
        self._next_watch = now + WATCH_MS
        return watch(self.hall, self.floor, now)

    def _forgot(self, forgotten: Forgotten | None, now: Instant) -> None:
        if forgotten is None:
            self._forgot_at = self._forgot_at or now  # a store's first day
            return
        self._forgot_at = now
        gone = self.store.for_a_time.leave_the_disk()
        log.info("retention: %d texts and %d answers deleted%s", forgotten.texts, forgotten.answers,
                 "" if gone else "; their bytes leave the disk with the next checkpoint")  # fmt: skip

    def untold(self, now: Instant) -> list[tuple[str, str, bytes]]:
        """The moments that no broker has had and that are still worth telling: id, topic, body."""
        waiting = (m for m in self.store.moments() if m[0] not in self._told_moments)
        return [(moment, topic, body) for moment, topic, not_after, body in waiting if not_after >= now]

    def can_write(self) -> bool:
        """Whether a full or read-only disk is writable again."""
        try:
            self.store.try_writing()
        except CannotWrite:
            return False
        return True

    def _unwritten(self, start: Mark, error: CannotWrite) -> Outcome:
        """Nothing of a batch was kept: as before it. Nothing is answered, so that all will be asked again."""
        self.store.rollback(start)
        self.floor = self.store.floor()
        return Outcome(trouble=AlertKind.CANNOT_WRITE, detail=str(error))

    def _behind(self, heard: Sequence[Heard], now: Instant) -> Outcome:
        """The clock stands before the last event: no event may follow. Facts may be asked again with the same id;
        a refused wish is barred, for its asker has gone away by the time a repeat of it arrives."""
        detail = f"the hub's clock says {now}, its last event was at {self.floor.last_at}: set the clock"
        refused = Refused(code=Refusal.CLOCK_BEHIND, detail=detail)
        start = self.store.mark()
        answers: list[tuple[StationId, bytes]] = []
        try:
            if heard:
                self.store.begin()
            for one in heard:
                request = id_in(one.payload)
                body = self.store.reply(one.station, request)
                if body is None:
                    body = encode(Answer(id=request, reply=refused, at=now))
                    if _is_wish(one):
                        self.store.put_reply(one.station, request, self.floor.last_at, body)
                if request:
                    answers.append((one.station, body))
            if heard:
                self.store.commit()
        except CannotWrite as error:
            return self._unwritten(start, error)
        return Outcome(answers=tuple(answers), trouble=AlertKind.CLOCK_BEHIND, detail=detail)


def _is_wish(heard: Heard) -> bool:
    try:
        return isinstance(decode_ask(heard.payload).body, Wish)
    except BadMessage:
        return False


class _Batch:
    """One transaction in the making."""

    def __init__(self, writer: Writer, now: Instant) -> None:
        self._writer = writer
        self._hall, self._store, self._now = writer.hall, writer.store, now
        self.answers: list[tuple[StationId, bytes]] = []
        self.moments: list[tuple[str, str, bytes]] = []
        self.sealed: list[Sealed] = []
        self.changed = False
        self._said = 0  # moments of the requests before the present one

    def one(self, heard: Heard) -> None:
        """Answer one request, whatever it is; its neighbours stand."""
        try:
            ask = decode_ask(heard.payload)
        except BadMessage as error:
            self._malformed(heard, error)
            return
        kept = self._store.reply(heard.station, ask.id)
        if kept is not None:
            self.answers.append((heard.station, kept))
            return
        mark = self._store.savepoint()
        self._said = len(self.moments)
        try:
            reply = self._decided(heard.station, ask)
            self._keep(heard.station, ask.id, reply)
            self._store.release()
        except CannotWrite:
            raise
        # The one place that outlives any fault in a rule: a committed refusal and an alert, never a crash loop.
        except Exception as error:
            log.exception("request %s of %s crashed the rules", ask.id, heard.station)
            self._crashed(heard.station, ask, error, mark)

    def _decided(self, station: StationId, ask: Ask) -> AnyReply:
        body = ask.body
        if isinstance(body, WindowWish):
            # Taking a press back tells by their time what it did (hub.undoing.press_taken_back); while the clock
            # stands still, the press before it must not share its instant. A call before it cannot be mistaken.
            desk = self._writer.floor.desk(body.window)
            if desk.act is not DeskAct.CALL:
                self._now = max(self._now, desk.act_at + 1)
        earlier = self._store.reply(station, body.request) if isinstance(body, Cancel) else None
        asked = Asked(
            station=station,
            id=ask.id,
            body=body,
            not_after=ask.not_after,
            proven=isinstance(body, SignIn) and self._proven(station, ask.id, body),
            earlier=decode(earlier, Answer).reply if earlier is not None else None,
        )
        decision = decide(self._hall, self._writer.floor, asked, self._now)
        self.commit_events(decision.events)
        for text in decision.personal:
            self._store.for_a_time.put_personal(text.key, text.kind, text.text, text.delete_after)
        reply = self._reply(decision)
        if isinstance(reply, Refused):
            self._refused(station, ask, reply)
        if isinstance(body, Cancel) and isinstance(reply, Withdrawn) and reply.outcome is not Withdrawal.STANDS:
            barred = Refused(code=Refusal.WITHDRAWN)
            self._store.put_reply(
                station, body.request, self._now, encode(Answer(id=body.request, reply=barred, at=self._now))
            )
        return reply

    def _refused(self, station: StationId, ask: Ask, reply: Refused) -> None:
        """Most refusals are everyday; one for a window that is not the station's means that its file is wrong."""
        tag = _tag(ask)
        if reply.code in MISDIRECTED:
            log.warning("%s: %s refused: %s %s", station, tag, reply.code, reply.detail)
            self._alert(f"bad-message-{station}", AlertKind.BAD_MESSAGE, station, f"{tag}: {reply.code}")
        elif reply.code is Refusal.LATE:
            log.warning("%s: %s came too late: %s", station, tag, reply.detail)

    def _proven(self, station: StationId, request: str, body: SignIn) -> bool:
        clerk = self._hall.by_badge.get(body.badge)
        bound = bound_to(request, station, body.window, body.badge)
        return proves(clerk.pin if clerk else NOBODY, bound, body.proof) and clerk is not None

    def _reply(self, decision: Decision) -> AnyReply:
        if decision.reply is not None:
            return decision.reply
        assert decision.window is not None
        return Done(window=window_state(self._hall, self._writer.floor, decision.window, self._store.seq))

    def commit_events(self, events: Sequence[AnyEvent]) -> None:
        """Append to the log, change floor and tables, keep what is to be said."""
        floor, store = self._writer.floor, self._store
        for event in events:
            store.append(event, self._now)
            store.put(floor.apply(event, self._now), NEW.get(type(event)))
            if isinstance(event, DayOpened):
                store.day = event.day
            elif isinstance(event, DayClosed):
                store.seal(event.day)
                self.sealed.append(Sealed(event.day, store.seq, store.head))
        for say in announcements(self._hall, floor, events, self._now):
            self._say(say)
        self.changed = self.changed or bool(events)

    def _say(self, say: Say) -> None:
        topic, body = self._writer._tree.say(say.zone), encode(say)
        self._store.put_moment(say.id, topic, say.not_after, body)
        self.moments.append((say.id, topic, body))

    def _keep(self, station: StationId, request: str, reply: AnyReply) -> None:
        body = encode(Answer(id=request, reply=reply, at=self._now))
        self._store.put_reply(station, request, self._now, body)
        self.answers.append((station, body))

    def _malformed(self, heard: Heard, error: BadMessage) -> None:
        self._writer.broken[heard.station] += 1
        log.warning("%s: %s", heard.station, error)
        self._alert(f"bad-message-{heard.station}", AlertKind.BAD_MESSAGE, heard.station, str(error)[:120])
        request = id_in(heard.payload)
        if request:
            code = Refusal.OVERSIZED if str(error).startswith("oversized") else Refusal.MALFORMED
            reply = Refused(code=code, detail=str(error)[:200])
            self.answers.append((heard.station, encode(Answer(id=request, reply=reply, at=self._now))))

    def _crashed(self, station: StationId, ask: Ask, error: Exception, mark: Mark) -> None:
        self._store.rollback_to(mark)
        del self.moments[self._said :]
        self._writer.floor = self._store.floor()
        kind, tag = type(error).__name__, _tag(ask)
        self.commit_events((RequestCrashed(station=station, request=ask.id, ask=tag, error=kind),))
        self._alert("request-crashed", AlertKind.REQUEST_CRASHED, station, f"{tag}: {kind}")
        self._keep(station, ask.id, Refused(code=Refusal.CRASHED, detail=kind))

    def _alert(self, alert: str, kind: AlertKind, subject: str, detail: str) -> None:
        if alert not in self._writer.floor.alerts:
            self.commit_events((AlertRaised(alert=alert, kind=kind, subject=subject, detail=detail),))


def _tag(ask: Ask) -> str:
    """What is asked, as the wire calls it."""
    return str(ask.body.__struct_config__.tag)
