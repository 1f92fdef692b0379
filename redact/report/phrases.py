"""What the program itself wrote into a record (checks, steps, warnings), in a report's language.

A manifest holds these texts in English. Those that are known are translated, word for word or by
a pattern; any other is shown as it is, and marked as English.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from markupsafe import Markup, escape

LONGEST = 2000
"""Characters of a text that is compared with patterns; the program writes none so long."""

_PLACE = re.compile(r"\{(\w+)\}")
_DECIMAL = re.compile(r"-?\d+\.\d+( dB)?")
_WORD = re.compile(r"[^\W\d_]{2}")


class Phrases:
    """Translates texts by section, as in `catalogue/phrases.fr.toml`.

    A pattern's `{n1}` stands for a number; any other place for words or names without "; ", which
    are translated in turn where a section has the place's name.

    Args:
        language: of the report; English texts are left alone.
    """

    def __init__(self, language: str) -> None:
        self.sections: dict[str, dict[str, str]] = {}
        self._english = language == "en"
        if not self._english:
            name = f"phrases.{language}.toml"
            file = resources.files(f"{__package__}.catalogue").joinpath(name)
            self.sections = tomllib.loads(file.read_text("utf-8"))
        self._patterns = {
            section: [(_pattern(english), own) for english, own in phrases.items()]
            for section, phrases in self.sections.items()
        }

    def __call__(self, section: str, text: str) -> Markup:
        """A text of the record as markup."""
        if self._english or not _WORD.search(text):
            return escape(text)
        whole = self.translated(section, text)
        if whole is not None:
            return escape(whole)
        parts = [(part, self.translated(section, part)) for part in text.split("; ")]
        if all(own is None for _, own in parts):
            return self._marked(text)
        return Markup(" ; ").join(
            self._marked(part) if own is None else escape(own) for part, own in parts
        )

    def translated(self, section: str, text: str) -> str | None:
        """The text in the report's language, None where it is not known."""
        if len(text) > LONGEST:
            return None
        for pattern, own in self._patterns.get(section, ()):
            if match := pattern.fullmatch(text):
                return own.format(**{k: self._filled(k, v) for k, v in match.groupdict().items()})
        return None

    def _filled(self, place: str, words: str) -> str:
        own = self.translated(place.rstrip("0123456789"), words)
        if own is None and _DECIMAL.fullmatch(words):
            return words.replace(".", ",")
        return words if own is None else own

    def _marked(self, text: str) -> Markup:
        note = self.sections["mark"]["english"]
        return Markup('<span lang="en">{}</span> <span class="note">{}</span>').format(text, note)


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    for i in range(1, len(parts), 2):
        number = re.fullmatch(r"n\d", parts[i])
        parts[i] = f"(?P<{parts[i]}>{'-?[0-9][0-9.]*' if number else '(?:(?!; ).)+?'})"
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts))
