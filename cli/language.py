"""The languages that every room has words in, as an option of commands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import typer


class Language(StrEnum):
    """A language that every room has words in."""

    ZH = "zh"
    EN = "en"


LANGUAGE: TypeAlias = Annotated[Language, typer.Option("--language", help="Language of what is printed.")]
