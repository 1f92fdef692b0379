"""`redact plan`: show and change what a plan hides."""

from . import add, change, show, texts
from .group import plan
