"""The exemption log: what is hidden or shown, from when to when, and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from ..evidence import Manifest, TrackPart
from ..types import Action, Origin, clock
from .catalogue import Catalogue

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, str]]:
    """One row per track, then one per span of sound that was taken out, each in order of time."""
    yield from track_rows(manifest, text)
    for span in manifest.muted:
        yield {
            "track": "",
            "from": clock(span.start_seconds),
            "to": clock(span.end_seconds),
            "target": text("sound.target"),
            "action": text("sound.taken_out"),
            "method": text(f"sound.{span.how}"),
            "reason": span.reason,
            "legal_basis": manifest.case.legal_basis,
            "decided_by": span.decided_by or text("log.not_stated"),
            "origin": text.word("origin", "manual"),
            "pictures": "",
        }


def track_rows(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, str]]:
    """One row per track, in order of time."""
    for track in sorted(manifest.tracks, key=lambda t: (t.first_frame, t.track)):
        yield {
            "track": str(track.track),
            "from": clock(track.first_seconds),
            "to": clock(track.last_seconds),
            "target": target_words(track, text),
            "action": _action(track, text),
            "method": text.word("method", track.method),
            "reason": track.reason,
            "legal_basis": manifest.case.legal_basis,
            "decided_by": track.decided_by or text(_nobody_named(track)),
            "origin": text.word("origin", track.origin.value),
            "pictures": str(sum(track.frames_per_state.values())),
        }


UNSURE: Final = 0.5
"""Certainty below which nobody may read that a thing was there, only what it was taken for: much
that is hidden to be on the safe side is no face and no plate."""


def target_words(track: TrackPart, text: Catalogue) -> str:
    """What a track is, or, where no detector was sure, what it was taken for."""
    word = text.word("target", track.target)
    unsure = track.origin is Origin.AUTO and track.score is not None and track.score < UNSURE
    return text("target.unsure", target=word) if unsure else word


def _action(track: TrackPart, text: Catalogue) -> str:
    """Hidden or shown; shown in how many pictures, where a kept track is hidden in some."""
    word, total = text.word("action", track.action.value), sum(track.frames_per_state.values())
    if track.action is not Action.KEEP or track.shown is None:
        return word
    shown = sum(last - first + 1 for first, last in track.shown)
    return word if shown == total else text("log.shown_part", shown=shown, total=total)


def _nobody_named(track: TrackPart) -> str:
    """Key of what stands for the name of whoever decided, where none is on record.

    Only what a detector found is hidden by rule; the rest somebody decided, whoever it was.
    """
    by_rule = track.origin is Origin.AUTO and track.action is Action.REDACT
    return "log.by_rule" if by_rule else "log.not_stated"


def exemption_csv(manifest: Manifest, text: Catalogue) -> bytes:
    """The log as CSV: UTF-8 with a byte-order mark, which spreadsheets need to read accents."""
    out = io.StringIO()
    # Spreadsheets expect what the language's decimal comma leaves free.
    writer = csv.writer(out, delimiter=text("csv.delimiter"), lineterminator="\r\n")
    writer.writerow(text("csv.columns").split(","))
    for row in rows(manifest, text):
        writer.writerow([harmless(cell) for cell in row.values()])
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """`cell` such that no spreadsheet runs it as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
