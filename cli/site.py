"""A site's name in the command line's room; the work is done by `upkeep.site`."""

from upkeep.site import Site

__all__ = ["Site"]
