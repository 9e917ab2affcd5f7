"""Sentences for people are data: `hall/words/<language>/<room>.toml`, looked up by key, filled with named values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hall.errors import HallError

Leaves = dict[str, str]


class MissingWords(HallError, KeyError):
    """A key that no words file holds, or a value that a sentence needs and did not get."""

    def __str__(self) -> str:
        return str(self.args[0])


class Words:
    """The sentences of one room in one language; a hall's own file may replace any of them."""

    def __init__(self, room: str, *tables: Mapping[str, Any]) -> None:
        self._room = room
        self._leaves: Leaves = {}
        for table in tables:
            self._leaves.update(_leaves(table))

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of `key` with `{name}` filled. Raises MissingWords."""
        sentence = self._leaves.get(key)
        if sentence is None:
            raise MissingWords(f"no words for {key!r} in {self._room}")
        try:
            return sentence.format(**values)
        except KeyError as error:
            raise MissingWords(f"{key!r} in {self._room} needs a value for {error}") from None

    def __contains__(self, key: str) -> bool:
        return key in self._leaves

    def keys(self) -> Iterator[str]:
        """Every key, dotted."""
        return iter(self._leaves)


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Leaves:
    found: Leaves = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.update(_leaves(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = str(value)
    return found
