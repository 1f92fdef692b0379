"""What the first pages of a report say: verdict, completeness, case, counts, and the review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..evidence import Manifest, SourcePart, TrackPart
from ..plan import count_of
from ..types import Action, Target, clock
from .catalogue import Catalogue
from .timeline import COLOURS, KEPT
from .verdicts import AuditView


def summary_parts(manifest: Manifest, audit: AuditView | None, text: Catalogue) -> dict[str, Any]:
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


def case_parts(manifest: Manifest, text: Catalogue) -> dict[str, Any]:
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


def legend(text: Catalogue) -> list[tuple[str, str, str]]:
    words = [
        (text(f"hidden.{word}"), colour, text(f"hidden.legend_{word}"))
        for word, colour in COLOURS.items()
    ]
    return [*words, (text("action.keep"), KEPT, text("hidden.legend_kept"))]


def per_target(manifest: Manifest, text: Catalogue) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[TrackPart]] = defaultdict(list)
    for track in manifest.tracks:
        groups[track.target].append(track)
    for target in (t.word for t in Target):
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


def reviewed(manifest: Manifest, text: Catalogue) -> dict[str, Any] | None:
    """Words for the report's section on the review; None where nobody reviewed on the page."""
    review = manifest.review
    if review is None:
        return None
    share = 100 * review.frames_seen / max(review.frames, 1)
    per_frame = manifest.source.seconds / max(manifest.source.frames - 1, 1)
    return {
        "by": text("review.by", name=review.reviewer)
        if review.reviewer
        else text("review.by_nobody"),
        "frames": text(
            "review.frames",
            seen=text.number(review.frames_seen),
            frames=text.number(review.frames),
            # Rounded down: nothing that was not seen may count as seen.
            share=text.number(int(share)),
        ),
        "findings": text(
            "review.findings", answered=review.findings_answered, findings=review.findings
        ),
        "answers": [
            (
                text.term("finding", a.kind.replace(" ", "_")),
                clock(a.first_frame * per_frame),
                text.word("target", a.target),
                _answer(a.answer, a.reason, text),
            )
            for a in review.answers
        ],
        "subjects": [
            text("review.subject", track=s.track, seen=text.number(count_of(s.frames)))
            for s in review.subjects
        ],
    }


def _answer(answer: str, reason: str, text: Catalogue) -> str:
    if answer == "none":
        return text("review.none", reason=reason)
    return text("review.hide") if answer == "hide" else text("review.open")
