"""`redact plan`: show and change what a plan hides."""

from . import add, change, show, texts, words
from .group import plan
