"""Results in words: of many sources as a table, of findings, of what is held back and why."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from ..auditing import Finding, FindingKind
from ..evidence import Manifest, manifest_path
from ..running import Outcome
from ..types import clock, counted
from .terminal import Terminal

ORDER = ("done", "done before", "source incomplete", "needs review", "refused", "not done")


def tell_summary(
    results: Sequence[dict[str, Any]],
    left_out: Sequence[tuple[Path, str]],
    terminal: Terminal,
    not_done: Sequence[Path] = (),
) -> None:
    """A line for each source, then the counts. The folder in which all sources lie is said once,
    above the lines: with a long one before each name, no name would fit on a line."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    sources = [result["source"] for result in results] + [str(path) for path in not_done]
    folder = _common(sources)
    names = {source: os.path.relpath(source, folder) if folder else source for source in sources}
    for column in ("source", "result", "time", "output, or why not"):
        table.add_column(column, overflow="fold", justify="right" if column == "time" else "left")
    for result in results:
        why = result.get("error", "").removeprefix(f"{result['source']}: ")
        why = why or Path(result["output"]).name
        time = clock(result["seconds"], 0)
        table.add_row(names[result["source"]], result["state"], time, without(why))
    for path in not_done:
        table.add_row(names[str(path)], "not done", "", "")
    terminal.console.print()
    if folder:
        terminal.say(f"in {folder}{os.sep}")
    terminal.console.print(table, markup=False)
    for path, why in left_out:
        terminal.say(f"left out: {path}: {why}")
    terminal.say(in_one_line(results, len(not_done)))


def _common(sources: Sequence[str]) -> str:
    """The folder that all lie in, as typed; "" for none but the current one."""
    try:
        return os.path.commonpath([Path(source).parent for source in sources])
    except ValueError:  # typed from different beginnings, or on different drives
        return ""


def in_one_line(results: Sequence[dict[str, Any]], not_done: int = 0) -> str:
    """For example "20 files: 15 done, 3 need review, 2 refused"."""
    counts = Counter(result["state"] for result in results)
    counts["not done"] += not_done
    parts = [f"{counts[state]} {state}" for state in ORDER if counts[state]]
    seconds = sum(result["seconds"] for result in results)
    total = counted(len(results) + not_done, "file")
    return f"{total}: {', '.join(parts)}; {clock(seconds, 0)}"


def without(text: str) -> str:
    """Text that fits into a cell of a table: one line."""
    return " ".join(text.split())


def words_for(output: Path, record: Manifest, plan: Path | None) -> str:
    """What is used, for the user."""
    name = manifest_path(output).name
    if plan is None:
        return (
            f"{name}: margin and targets are taken from it; the plan that it names is not beside "
            f"{output.name} (--plan names it), so what is hidden is worked out from the pixels"
        )
    return f"{name}: margin and targets are taken from it, and {plan.name} is the plan it names"


_ACROSS = ("left", "centre", "right")
_DOWN = ("upper", "middle", "lower")


def in_plain_words(
    findings: Sequence[Finding], size: tuple[int, int], pictures: Sequence[Path], start: float
) -> Iterator[str]:
    """One line a finding, with its number.

    Args:
        findings: of one audit.
        size: width and height of the upright picture.
        pictures: of the first findings, in order.
        start: time of the first picture in seconds; players count from there.
    """
    for n, finding in enumerate(findings):
        picture = f"; see {pictures[n].name}" if n < len(pictures) else ""
        when = _when(finding.start - start, finding.end - start)
        yield f"{finding.number}. {_what(finding)} {when}, {place(finding, size)}{picture}"


def _what(finding: Finding) -> str:
    thing = finding.target.spec.names["en"].a
    whose = "" if finding.track is None else f" of track {finding.track}"
    if finding.kind is FindingKind.UNDRAWN:
        return f"The mask{whose}, {thing}, was not drawn"
    if finding.kind is FindingKind.MISFIT:
        return f"The mask{whose} may leave part of {thing} visible"
    return f"{thing[0].upper()}{thing[1:]} may be visible"


def place(finding: Finding, size: tuple[int, int]) -> str:
    """Where in the picture, in thirds: "upper left", "centre"."""
    x, y = finding.path[len(finding.path) // 2][1].centre
    across = _ACROSS[min(2, max(0, int(3 * x / size[0])))]
    down = _DOWN[min(2, max(0, int(3 * y / size[1])))]
    if down == "middle":
        return across
    return down if across == "centre" else f"{down} {across}"


def _when(first: float, last: float) -> str:
    a, b = (clock(max(0, int(seconds)), 0) for seconds in (first, last))
    return f"at {a}" if a == b else f"from {a} to {b}"


def what_to_do(outcome: Outcome) -> str:
    """Lines for a person: commands stand alone on theirs, so that they can be copied."""
    name, findings = _named(outcome.output), outcome.audit.findings
    if not findings:
        return (
            "Look at what failed above; the file is kept for you to look at. To delete it:\n"
            f"{shlex.join(['redact', 'fix', name, '--remove'])}"
        )
    lines = ["To hide what was found:", shlex.join(["redact", "fix", name])]
    if outcome.audit.may_be_accepted:
        lines.append(
            "If you have looked at it and some of it is not a face or plate, say which, and why:"
        )
        lines.append(
            shlex.join(["redact", "fix", name, "--accept-findings", f"{_all(len(findings))}=…"])
        )
    return "\n".join(lines)


def _all(count: int) -> str:
    return ",".join(map(str, range(1, count + 1))) if count <= 3 else "1,2"


def _named(path: Path) -> str:
    """A path that no program takes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
