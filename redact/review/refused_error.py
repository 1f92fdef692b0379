"""A refusal of what a person asked the page to do: a code whose words are in its catalogues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import PlanError, RedactError
from ..words import FALLBACK, LANGUAGES, error_words, problem, surface, words_of


class RefusedError(PlanError):
    """Something that cannot be done to a plan.

    Args:
        code: of `refused.CODE` in the page's catalogues; its second sentence is the hint.
        pictures: track and frame of the pictures that must be looked at first.
        hides: the same of those who would be hidden.
        values: for the placeholders in its words; of several forms, `n` chooses.
    """

    def __init__(
        self,
        code: str,
        pictures: Sequence[tuple[int, int]] = (),
        hides: Sequence[tuple[int, int]] = (),
        **values: int | str,
    ) -> None:
        message, _, hint = _refusal(code, values, FALLBACK).partition(". ")
        super().__init__(message.removesuffix("."), hint)
        self.refusal = code
        self.filled = values
        self.pictures = list(pictures)
        self.hides = list(hides)


def _refusal(code: str, values: Mapping[str, int | str], language: str) -> str:
    entry = surface(language, "page")[f"refused.{code}"]
    return words_of(language).filled(entry, {**values, "count": values.get("n")})


def in_words(error: RedactError) -> dict[str, Any]:
    """An error for the page: what was wrong and what to do about it, in each language."""
    said = {language: _words(error, language) for language in LANGUAGES}
    if isinstance(error, RefusedError):
        asked = {"values": error.filled, "pictures": error.pictures, "hides": error.hides}
        return {"error": error.refusal, "said": said, **asked}
    return {"error": "refused", "said": said}


def _words(error: RedactError, language: str) -> list[str]:
    if isinstance(error, RefusedError):
        return [_refusal(error.refusal, error.filled, language)]
    words = words_of(language)
    own = words.tables["problem_on_page"].get(error.code)
    if own is None:
        return list(error_words(error, language))
    return [words.filled(text, error.values) for text in own]


def defect(error: Exception) -> dict[str, Any]:
    """The answer to an unexpected error."""
    kind = type(error).__name__
    return in_words(problem(RedactError, "internal", kind=kind, text=f"{error}"))
