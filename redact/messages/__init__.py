"""What the program tells about a run, as codes with values, and their words in each language."""

from .words import LANGUAGES, Message, Value, Words, problem, reason_of, told, word

__all__ = ["LANGUAGES", "Message", "Value", "Words", "problem", "reason_of", "told", "word"]
