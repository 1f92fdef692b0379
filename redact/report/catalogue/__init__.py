"""All text of the report, one TOML file per language with the same keys in each."""

from __future__ import annotations

import tomllib
from importlib import resources

LANGUAGES = ("en", "fr")


class Catalogue:
    """Text by key. `used` collects the keys that were asked for, so a test can find dead ones.

    Args:
        language: one of `LANGUAGES`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        text = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
        self.language = language
        self.entries: dict[str, str] = {
            f"{section}.{key}": value
            for section, values in tomllib.loads(text).items()
            for key, value in values.items()
        }
        self.used: set[str] = set()

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key, with values filled in. Raises KeyError for an unknown key."""
        self.used.add(key)
        return self.entries[key].format(**values) if values else self.entries[key]

    def word(self, section: str, name: str, fallback: str = "other") -> str:
        """Text of `section.name`, or of the section's fallback for a name unknown here."""
        if f"{section}.{name}" in self.entries:
            return self(f"{section}.{name}")
        return self(f"{section}.{fallback}", name=name)

    def number(self, value: float, digits: int = 0) -> str:
        """A number in the language's own form: 1,234.5 or 1 234,5 (narrow no-break space)."""
        text = f"{value:,.{digits}f}"
        if self.language == "fr":
            return text.replace(",", "\u202f").replace(".", ",")
        return text
