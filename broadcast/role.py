"""The voice of a zone as a role of a station: the flow, with the recorder and the player around it."""

from __future__ import annotations

import logging
from pathlib import Path

from broadcast.clips import Clips
from broadcast.flow import step, unsaid
from broadcast.player import Order, Output, Player, Sounding
from broadcast.recorder import Recorder, Recording
from broadcast.soundcard import SoundCard
from broadcast.utterance import all_clips, wording
from broadcast.values import Began, Cut, Effect, Ended, Manner, Play, Prepare, Voice
from broadcast.wavs import WavFolder
from hall.errors import BadFile
from hall.happened import Answered, HubChanged, Ticked, Told, Unanswered
from hall.messages import Health
from hall.model import Instant
from hall.station.host import Host, Hosted
from hall.station.settings import words
from hall.stationfile import BroadcastSettings, StationFile
from hall.topics import CAPTION, EMERGENCY, SAY, WINDOW, Topic

VOICE, SPEAKER = "voice", "speaker"
log = logging.getLogger("broadcast")


class BroadcastRole:
    """`handle` belongs to the thread that owns the state; recorder and player reach it through the inbox."""

    topics: tuple[Topic, ...] = (SAY, EMERGENCY, WINDOW)

    def __init__(self, settings: BroadcastSettings, beside: Path) -> None:
        if not settings.languages:
            raise BadFile(("broadcast.languages: at least one, such as zh",))
        wordings = tuple(wording(language, words("broadcast", language)) for language in settings.languages)
        self.state = Voice(Manner(settings.zone, wordings, settings.chime))
        self._clips_folder = beside / settings.clips
        self._output: Output = WavFolder(beside / settings.wav) if settings.wav else SoundCard()

    def start(self, station: Host) -> None:
        """Begin to record what is missing, and open the output. Raises BadFile if there is no place for clips."""
        self._station = station
        put = station.inbox.put
        wordings = self.state.manner.wordings
        try:
            clips = Clips(self._clips_folder, wordings)
        except OSError as error:
            raise BadFile((f"broadcast.clips: {error}",)) from error
        self._recorder = Recorder(clips, put)
        self._player = Player(
            self._output, clips.sound, awaits=lambda sentence: self._recorder.awaits(sentence.clips), on_event=put
        )
        wanted = [clip for wording in wordings for clip in all_clips(wording)]
        if not clips.missing(wanted):
            station.device(VOICE, Health.READY)
        self._recorder.want(wanted)
        self._recorder.start()
        self._player.start()

    def handle(self, event: object, now: Instant | None, mono: float) -> None:
        """One event, whatever its source."""
        if isinstance(event, Recording):
            self._station.device(VOICE, Health.READY if event.works else Health.DEGRADED, event.reason)
        elif isinstance(event, Sounding):
            self._station.device(SPEAKER, Health.READY if event.works else Health.LOST, event.reason)
        elif isinstance(event, Told | Answered | Unanswered | HubChanged | Ticked | Began | Ended):
            before = self.state
            self.state, effects = step(before, event, now, mono)
            for say, why in unsaid(before, event, self.state, now):
                log.info("not said: %s %s to window %d: %s", say.id, say.label, say.window, why)
            for effect in effects:
                self._do(effect, now, mono)

    def close(self) -> None:
        """Cut what sounds, end the voice process."""
        self._player.close()
        self._recorder.close()

    def _do(self, effect: Effect, now: Instant | None, mono: float) -> None:
        match effect:
            case Prepare(clips):
                self._recorder.want(clips, soon=True)
            case Play(token, announcement):
                speed = self._station.speed
                self._player.play(Order(token=token, announcement=announcement, now=now, mono=mono, speed=speed))
            case Cut(token):
                self._player.cut(token)
            case _:
                self._station.tell(CAPTION, effect.caption)


def hosted(settings: StationFile, beside: Path) -> tuple[Hosted, ...]:
    """The roles of this kind in a station file that lies in `beside`. Raises BadFile."""
    return (Hosted(BroadcastRole(settings.broadcast, beside)),) if settings.broadcast is not None else ()
