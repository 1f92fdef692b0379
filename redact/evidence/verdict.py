"""The verdict on one part of a record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Verdict on one part of the record.

    Attributes:
        name: "output", "source", "manifest", "signature" or "log".
        verdict: "intact", or what is wrong with it: "changed", "not the original", "damaged",
            "missing", "cut", "broken", "other key", "end not signed", "not mentioned"; "unsigned"
            and "not given" are no failures.
        text: the same in plain words.
    """

    name: str
    verdict: str
    text: str

    @property
    def failed(self) -> bool:
        return self.verdict not in ("intact", "unsigned", "not given")
