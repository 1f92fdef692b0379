"""`redact plan`: show and change what a plan hides."""

from . import add, change, show
from .group import plan
