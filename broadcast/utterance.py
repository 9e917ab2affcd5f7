"""What a call sounds like: a sentence of the words files, split into clips that fit every number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter

from broadcast.values import Announcement, Clip, Manner, Sentence, Tone, Wording
from hall.messages import EmergencyState, Say
from hall.wording import Words

LABEL, WINDOW = "label", "window"
LAST_WINDOW = 127
BETWEEN = " \t\n,.;:!?，。；：！？、"
SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")


def wording(language: str, words: Words) -> Wording:
    """How a language speaks, from its words `broadcast`. Raises MissingWords."""
    spoken = {key.removeprefix("spoken."): words(key) for key in words.keys() if key.startswith("spoken.")}  # noqa: SIM118
    return Wording(
        language=language,
        call=words("call", label="{label}", window="{window}"),
        spoken=spoken,
        ten=words("number.ten"),
        hundred=words("number.hundred"),
        voice=words("voice.name"),
        rate=int(words("voice.rate")),
    )


def call_of(say: Say, manner: Manner) -> Announcement:
    """Chime, then every repeat in every language."""
    once = tuple(_call(say, wording) for wording in manner.wordings)
    return Announcement(
        say=say.id,
        zone=say.zone,
        tone=Tone.CHIME if manner.chime else Tone.NONE,
        sentences=once * say.repeats,
    )


def emergency_of(emergency: EmergencyState, manner: Manner) -> Announcement:
    """Alarm, then the text sentence by sentence, in the language it is written in as far as we speak it."""
    first = manner.wordings[0].language
    spoken = [w.language for w in manner.wordings]
    language = "en" if emergency.text.isascii() and "en" in spoken else first
    texts = [found.strip() for found in SENTENCE.findall(emergency.text)]
    sentences = tuple(
        Sentence(language, text, (Clip(language, text),)) for text in texts if any(map(str.isalnum, text))
    )
    return Announcement(say="", zone=emergency.zone, tone=Tone.ALARM, sentences=sentences)


def clips_of(announcement: Announcement) -> tuple[Clip, ...]:
    """Every clip it needs, each once, in the order of first use."""
    return tuple(dict.fromkeys(clip for sentence in announcement.sentences for clip in sentence.clips))


def all_clips(wording: Wording) -> tuple[Clip, ...]:
    """Everything that any call of any window may need: fixed words first, then digits, letters and windows."""
    fixed = [piece for piece, name in _pieces(wording.call) if not name]
    windows = [number_words(n, wording) for n in range(1, LAST_WINDOW + 1)]
    return tuple(dict.fromkeys(Clip(wording.language, t) for t in (*fixed, *wording.spoken.values(), *windows)))


def number_words(number: int, wording: Wording) -> str:
    """A number below 1000 written out (十六, 一百零一); as figures where the engine reads them right by itself."""
    if not wording.ten or not 0 < number < 1000:
        return str(number)
    digits = [wording.spoken[d] for d in f"{number:03d}"]
    hundreds, tens, ones = (int(d) for d in f"{number:03d}")
    text = digits[0] + wording.hundred if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[1]) + wording.ten
    elif hundreds and ones:
        text += wording.spoken["0"]
    return text + (digits[2] if ones else "")


def _call(say: Say, wording: Wording) -> Sentence:
    texts: list[str] = []
    for piece, name in _pieces(wording.call):
        if name == LABEL:
            texts += [wording.spoken[c] for c in say.label.upper() if c in wording.spoken]
        elif name == WINDOW:
            texts.append(number_words(say.window, wording))
        else:
            texts.append(piece)
    text = wording.call.format(label=say.label, window=say.window)
    return Sentence(wording.language, text, tuple(Clip(wording.language, t) for t in texts))


def _pieces(call: str) -> Iterator[tuple[str, str]]:
    """The sentence in order: (words, "") or ("", name of what is put in)."""
    for literal, name, _spec, _conversion in Formatter().parse(call):
        words = literal.strip(BETWEEN)
        if words:
            yield words, ""
        if name is not None:
            yield "", name
