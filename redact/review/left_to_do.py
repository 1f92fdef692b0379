"""What a careful person would still do before the video is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..pipeline import covering
from ..plan import Plan, Runs, count_of, subject_of
from ..types import frames_in, runs_of


class Covered(NamedTuple):
    """Where other subjects' masks lie on one that is shown.

    Attributes:
        by: for each subject that covers it: by frame, whether that one is certainly there.
        bare: the frames in which nobody covers it.
    """

    by: dict[int, dict[int, bool]]
    bare: Runs


def covered(plan: Plan, number: int, margin: float) -> Covered:
    """Who covers a subject that should be shown.

    Args:
        plan, number: the subject, by one of its tracks; subjects are named by their first.
        margin: around every mask.
    """
    mine = frozenset(subject_of(plan, number).tracks)
    by_number = {track.id: track for track in plan.tracks}
    by: dict[int, dict[int, bool]] = {}
    for others in covering(plan, mine, margin).values():
        for track, frames in others.items():
            surely = by.setdefault(subject_of(plan, track).tracks[0], {})
            for frame in frames:
                surely[frame] = surely.get(frame, False) or plan.certain(by_number[track], frame)
    spans = (span for n in mine for span in plan.shown_spans(by_number[n]))
    return Covered(by, runs_of(set(frames_in(spans)).difference(*by.values())))


def left_to_do(
    plan: Plan, subjects: Iterable[dict[str, Any]], summary: Mapping[str, int], margin: float
) -> list[dict[str, Any]]:
    """What is left, the most urgent first.

    Args:
        plan: the current one.
        subjects: as sent to the page.
        summary: see `review_summary`.
        margin: around every mask.

    Returns:
        For each: `what` it is, how many (`n`), and the number of the subject, or of the first
        subject, that it concerns (`id`; None for none).
    """
    everybody = list(subjects)
    waiting = [s for s in everybody if s["unsure"]]
    unmasked = [s for s in everybody if s["decision"] in ("keep", "false alarm")]
    found = [
        ("covered", s["visible"] - count_of(covered(plan, s["id"], margin).bare), s["id"])
        for s in everybody
        if s["decision"] == "keep"
    ]

    def of(what: str, some: Sequence[dict[str, Any]]) -> None:
        found.append((what, len(some), some[0]["id"] if some else None))

    found.append(("findings", summary["findings"] - summary["findings_answered"], None))
    of("alarms", [s for s in everybody if s["sure_alarm"]])
    of("smaller", [s for s in everybody if s["smaller"]])
    found += [("confirm", s["unsure"], s["id"]) for s in waiting[:1]]
    found.append(("moments", summary["moments"] - summary["moments_seen"], None))
    found.append(("pictures", summary["frames"] - summary["frames_seen"], None))
    of("reasons", [s for s in unmasked if not s["reason"] and not s["cut"]])
    of("open", [s for s in everybody if not s["decision"]])
    return [{"what": what, "n": n, "id": number} for what, n, number in found if n > 0]
