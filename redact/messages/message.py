"""One statement about a run: a code and its values; its words stand in the catalogues."""

from __future__ import annotations

from typing import Any

from .words import Value, words_of


class Message:
    """A statement of the program: a warning, a note, a detail of a step or of a check.

    A record keeps code and values, so that a report says it in its own language; as text it is
    English, for the terminal. Two messages are equal if they say the same.

    Args:
        code: key in the table `message` of the catalogues (`en.toml`, `fr.toml`).
        values: for the places in its words; text is for names only, which no language changes,
            and for words of a table of the catalogues.
    """

    __slots__ = ("code", "values")

    def __init__(self, code: str, /, **values: Value) -> None:
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return words_of("en").message(self.code, self.values)

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return (self.code, self.values) == (other.code, other.values)

    def __hash__(self) -> int:
        return hash((self.code, *sorted(self.values)))

    def to_json(self) -> dict[str, Any]:
        """Code and values as JSON values."""
        return {"code": self.code, "values": dict(self.values)}
