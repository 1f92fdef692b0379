"""What the program tells about a run, as codes with values, and their words in each language."""

from .problem import problem, reason_of, told
from .words import LANGUAGES, Message, Value, Words, word

__all__ = ["LANGUAGES", "Message", "Value", "Words", "problem", "reason_of", "told", "word"]
