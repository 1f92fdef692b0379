"""The report as one HTML file: no script, no outside resource, escaped throughout."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ..evidence import (
    CERTAINTY,
    CheckResult,
    Manifest,
    SourcePart,
    TrackPart,
    dump_manifest,
    sha256_of_bytes,
)
from ..types import Action, State, clock
from .audit import AuditView, audit_view
from .catalogue import Catalogue
from .exemptions import track_rows
from .integrity import check_command
from .paper import page_style
from .phrases import Phrases
from .reviewed import reviewed
from .state import record_words
from .timeline import COLOURS, KEPT, drawn_tracks, timeline_svg


def report_html(
    manifest: Manifest,
    language: str = "en",
    data: bytes | None = None,
    record: CheckResult | None = None,
) -> bytes:
    """The report of a manifest.

    Args:
        manifest: to report on.
        language: one of `redact.report.LANGUAGES`.
        data: the manifest file's own bytes, whose hash the report names; by default those that
            `dump_manifest` gives.
        record: whether the record holds; a report on one that does not says so first, in red. None:
            that was not looked at.
    """
    text = Catalogue(language)
    own = dump_manifest(manifest) if data is None else data
    return render_report(manifest, text, own, record)


def render_report(
    manifest: Manifest, text: Catalogue, data: bytes, record: CheckResult | None = None
) -> bytes:
    """Like `report_html`, with a catalogue that the caller can look into afterwards."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    audit = None if manifest.audit is None else audit_view(manifest.audit, text)
    page = environment.from_string(_resource("report.html")).render(
        m=manifest,
        t=text,
        say=Phrases(text.language),
        clock=clock,
        style=Markup(_resource("report.css") + page_style(manifest, text)),
        **record_words(record, text),
        timeline=Markup(timeline_svg(manifest, text)),  # escapes its own text
        manifest_sha256=sha256_of_bytes(data),
        audit=audit,
        **_summary(manifest, audit, text),
        **_case(manifest, text),
        legend=_legend(text),
        drawn=len(drawn_tracks(manifest)),
        per_target=list(_per_target(manifest, text)),
        review=reviewed(manifest, text),
        **_log(manifest, text),
        command=shlex.join(manifest.run.command),
        check_command=check_command(manifest),
        settings=list(_flat(manifest.run.settings)),
        limits=[_limit(limit.code, limit.detail, text) for limit in manifest.not_checked],
    )
    # Lone surrogates cannot be encoded; a file name of such bytes must not stop the report.
    return page.encode("utf-8", "replace")


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath("template", name).read_text("utf-8")


def _summary(manifest: Manifest, audit: AuditView | None, text: Catalogue) -> dict[str, Any]:
    hidden = sum(t.action is Action.REDACT for t in manifest.tracks)
    if audit is None:
        verdict, words = "none", text("summary.no_audit")
    elif audit.passed:
        verdict, words = "good", text("summary.held")
    else:
        failed = sum(result != text("audit.yes") for _, result, _ in audit.checks)
        count = len(audit.findings) + failed
        verdict, words = "bad", text("summary.findings", count=count)
    return {
        **_completeness(manifest.source, text),
        "hidden": hidden,
        "kept": len(manifest.tracks) - hidden,
        "verdict": verdict,
        "verdict_text": words,
    }


def _completeness(source: SourcePart, text: Catalogue) -> dict[str, str]:
    """How many pictures of the original were read, and in words how many were not."""
    read, declared = source.frames, source.declared_frames
    counts = {"read": text.number(read), "declared": text.number(declared or 0)}
    incomplete, pictures = "", counts["read"]
    if declared is not None and read < declared:
        incomplete = text("summary.cut_off" if source.bytes_missing else "summary.fewer", **counts)
        pictures = text("summary.pictures_of", **counts)
    elif source.bytes_missing:
        incomplete = text("summary.ends_early")
    return {"incomplete": incomplete, "pictures": pictures}


def _case(manifest: Manifest, text: Catalogue) -> dict[str, Any]:
    case = manifest.case
    pairs = [
        (text("case.case"), case.case),
        (text("case.exhibit"), case.exhibit),
        (text("case.operator"), case.operator),
        (text("case.reviewer"), case.reviewer),
        (text("case.recipient"), case.recipient),
        (text("case.purpose"), case.purpose),
        (text("case.legal_basis"), case.legal_basis),
    ]
    return {"case_rows": pairs, "case_given": any(value for _, value in pairs)}


def _legend(text: Catalogue) -> list[tuple[str, str, str]]:
    words = [
        (text(f"hidden.{word}"), colour, text(f"hidden.legend_{word}"))
        for word, colour in COLOURS.items()
    ]
    return [*words, (text("action.keep"), KEPT, text("hidden.legend_kept"))]


def _per_target(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[TrackPart]] = defaultdict(list)
    for track in manifest.tracks:
        groups[track.target].append(track)
    for target in ("face", "plate", "region"):
        tracks = groups.get(target, [])
        if tracks:
            hidden = sum(t.action is Action.REDACT for t in tracks)
            yield {
                "target": text.word("target", target),
                "tracks": len(tracks),
                "hidden": hidden,
                "kept": len(tracks) - hidden,
                "reasons": _reasons(tracks, text),
            }


def _reasons(tracks: list[TrackPart], text: Catalogue) -> str:
    """Each decision with its reasons: "hidden: third party; shown: client"."""
    parts = []
    for action in (Action.REDACT, Action.KEEP):
        given = {t.reason for t in tracks if t.action is action}
        words = [*sorted(given - {""}), *([text("log.no_reason")] if "" in given else [])]
        if words:
            parts.append(text.word("action", action.value) + text("title.colon") + ", ".join(words))
    return text("title.semicolon").join(parts)


FEW: Final = 60
"""Tracks up to which the log says everything about each; of a crowd it would fill twenty pages."""

_COMMON: Final = ("method", "origin", "reason", "legal_basis", "decided_by")


def _log(manifest: Manifest, text: Catalogue) -> dict[str, Any]:
    """The rows of the log. Where there are many, what is the same in all stands above them once,
    and a row has one line; the CSV has all of it."""
    every = list(_log_rows(manifest, text))
    if len(every) <= FEW:
        return {"log_rows": every, "log_common": None, "log_varying": ()}
    same = [name for name in _COMMON if len({row[name] for row in every}) == 1]
    common = [(text(f"log.{name}"), every[0][name] or text("case.not_given")) for name in same]
    varying = [(name, text(f"log.{name}")) for name in _COMMON if name not in same]
    return {"log_rows": every, "log_common": common, "log_varying": varying}


def _log_rows(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, str]]:
    by_number = {str(t.track): t for t in manifest.tracks}
    for row in track_rows(manifest, text):
        track = by_number[row["track"]]
        yield {**row, "css": track.action.value, "states": _states(track, text)}


def _states(track: TrackPart, text: Catalogue) -> str:
    counts: dict[str, int] = defaultdict(int)
    for state, count in track.frames_per_state.items():
        known = state in {s.value for s in State}
        counts[CERTAINTY[State(state)] if known else state] += count
    return ", ".join(
        f"{count} {text(f'hidden.{word}') if word in COLOURS else word}"
        for word, count in counts.items()
    )


def _limit(code: str, detail: str, text: Catalogue) -> str:
    key = f"limits.{code}"
    if key in text.entries:
        return text(key, detail=detail)
    return text("limits.unknown", code=code, detail=detail)


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Settings as "render.style" and its value."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{key}.")
        elif isinstance(item, list):
            yield f"{prefix}{key}", ", ".join(map(str, item))
        else:
            yield f"{prefix}{key}", "–" if item in (None, "") else str(item)
