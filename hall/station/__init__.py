"""The only I/O that stations and hub share: bus, line, inbox, outbox, settings, service."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("jiaohao")  # read once: it takes a file
