"""Which language is used: the one asked for, else that of the locale, else English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from .catalogue import FALLBACK, LANGUAGES

VARIABLE: Final = "REDACT_LANG"

_SOURCES: Final = (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as for every program (POSIX, 8.2)."""

_spoken = FALLBACK


def language_of(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for; `FALLBACK` if that has no catalogue."""
    named = next((environment[name] for name in _SOURCES if environment.get(name)), "")
    language = re.split("[._@-]", named)[0].lower()
    return language if language in LANGUAGES else FALLBACK


def speak(language: str) -> None:
    """Choose the language of everything that the command line says from now on.

    Args:
        language: one of `LANGUAGES`.
    """
    global _spoken
    _spoken = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Context in which all threads use this language."""
    before = _spoken
    speak(language)
    try:
        yield
    finally:
        speak(before)


def spoken() -> str:
    """The language for messages to the user."""
    return _spoken
