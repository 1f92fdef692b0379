"""`redact plan`: show and change what a plan hides."""

from . import add, decide, exchange, show, sound
from .group import plan

__all__ = ["add", "decide", "exchange", "plan", "show", "sound"]
