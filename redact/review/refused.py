"""A no to what a person asked of the page, as a code whose words stand in the page's catalogues."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from ..errors import PlanError


class RefusedError(PlanError):
    """Something that cannot be done to a plan.

    Args:
        code: `refused.CODE` in the page's catalogues; what to do about it is its second sentence.
        values: for the places in its words.
    """

    def __init__(self, code: str, **values: int | str) -> None:
        message, _, hint = _english()[f"refused.{code}"].format(**values).partition(". ")
        super().__init__(message.removesuffix("."), hint)
        self.code = code
        self.values = values


@cache
def _english() -> dict[str, str]:
    text = resources.files(__package__).joinpath("assets", "en.json").read_text("utf-8")
    words: dict[str, str] = json.loads(text)
    return words
