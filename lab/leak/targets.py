"""What `balanced` is to reach on stills that no number was chosen on, reached or missed."""

from __future__ import annotations

from collections.abc import Iterator

from .summary import Summary

FRAMES, TRACKS, OVER = 0.005, 0.03, 0.015
"""Most leaked frames and tracks of either target, most over-redaction (issue 13)."""


def verdicts(summaries: list[Summary]) -> Iterator[str]:
    """One paragraph, or none where `balanced` was not measured."""
    balanced = next((s for s in summaries if s.tool == "redact-balanced"), None)
    if balanced is None:
        return
    lines = []
    for target, leaks in balanced.headline.items():
        if leaks.instances:
            frames = leaks.frame_leak, FRAMES, f"{leaks.leaked} of {leaks.instances}"
            tracks = leaks.track_leak, TRACKS, f"{leaks.leaked_tracks} of {leaks.tracks}"
            lines += [_line(f"{target} frames leaked", *frames)]
            lines += [_line(f"{target} tracks with a leak", *tracks)]
    lines += [_line("over-redaction", balanced.over, OVER, f"mean of {balanced.clips} clips")]
    yield "\n".join(lines)


def _line(words: str, value: float, most: float, counts: str) -> str:
    said = "reached" if value <= most else "MISSED"
    return f"balanced: {words}: at most {100 * most:g} %: {said}, {100 * value:.2f} % ({counts})"
