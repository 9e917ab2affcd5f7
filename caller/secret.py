"""Typed digits and keys that must never be read by accident."""

from __future__ import annotations

from typing import Generic, NoReturn, TypeVar

T = TypeVar("T", str, bytes)
MASK = "••••"


class Secret(Generic[T]):
    """A value that only `reveal` gives: repr, str, format, pickle and msgspec give the mask or refuse."""

    __slots__ = ("_value",)
    _value: T

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere; reveal it where it is used")


Typing = Secret[str]
NOTHING: Typing = Secret("")
