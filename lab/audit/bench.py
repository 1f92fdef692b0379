"""Runs the audit over clean and leaky outputs and counts what it finds."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import process_time

from redact.auditing import AuditSettings
from redact.auditing.audit_detectors import AuditDetectors
from redact.auditing.findings import findings_of
from redact.auditing.passes import Collected, collect
from redact.media import probe
from redact.plan import Plan
from redact.progress import Silent
from redact.types import Finding, Target

from .plant import KINDS, Leak, eligible, leak, plan_of, render
from .scenes import FRAMES, RATE, Scene, scenes, write_source

FOUND_IOU = 0.1
"""IoU in a frame of the leak from which a finding counts as having found it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One audited output: the planted leaks, and the audit's evidence."""

    name: str
    plan: Plan
    leaks: tuple[Leak, ...]
    seen: Collected
    cpu_seconds: float

    def findings(self) -> tuple[Finding, ...]:
        """The findings that follow from the audit's evidence."""
        return findings_of(self.seen.evidence)


@dataclass(frozen=True, slots=True)
class Output:
    """One output to be audited, with its source, its plan and the planted leaks."""

    name: str
    source: Path
    path: Path
    plan: Plan
    leaks: tuple[Leak, ...]

    def audited(self, settings: AuditSettings, load: type[AuditDetectors] = AuditDetectors) -> Case:
        """Audit it, and keep what the audit saw."""
        before = process_time()
        seen = collect(probe(self.source), probe(self.path), self.plan, settings, Silent(), load)
        return Case(self.name, self.plan, self.leaks, seen, process_time() - before)


def drawn(stills: Path, count: int, seed: int, half: str | None) -> list[Scene]:
    """The scenes of a seed; for a half, only those with a subject that can be left out.

    Seeds that were used before there were halves keep their scenes.
    """
    if half is None:
        return scenes(stills, count, seed)
    every = scenes(stills, sys.maxsize, seed, half)
    return list(islice((scene for scene in every if eligible(scene)), count))


def outputs(
    stills: Path, work: Path, count: int, seed: int, half: str | None = None
) -> Iterator[Output]:
    """Make and render `count` scenes: each without leaks, then with leaks.

    Args:
        stills: folder with labels.json and images/.
        work: for videos; those of an earlier run with the same seed are reused.
        half: of the stills, see `scenes`.
    """
    work.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed + 1)
    next_kind = 0
    for number, scene in enumerate(drawn(stills, count, seed, half)):
        source = work / f"{half or 'both'}-{seed}-{number:03d}.mp4"
        if not source.exists():
            write_source(scene, source)
        info = probe(source)
        variants: list[tuple[Leak, ...]] = [()]
        subjects = eligible(scene)
        rng.shuffle(subjects)
        for _ in range(2):
            planted = []
            for subject in subjects[:4]:
                planted.append(leak(KINDS[next_kind % len(KINDS)], subject, rng))
                next_kind += 1
            if planted:
                variants.append(tuple(planted))
        for variant, leaks in enumerate(variants):
            output = source.with_suffix(f".{variant}.mp4")
            plan = plan_of(scene, info, leaks)
            if not output.exists():
                render(info, plan, leaks, output)
            yield Output(f"{scene.name} #{variant}", source, output, plan, leaks)


def finds(finding: Finding, planted: Leak) -> bool:
    """Whether a finding is the planted leak: same kind of target, time and place."""
    if finding.target is not planted.subject.target:
        return False
    for frame, box in finding.path:
        truth = planted.subject.boxes[frame] if frame < FRAMES else None
        in_time = planted.first - 1 <= frame <= planted.last + 1
        if truth is not None and in_time and truth.iou(box) >= FOUND_IOU:
            return True
    return False


@dataclass(slots=True)
class Score:
    """Counts over cases."""

    planted: dict[tuple[str, str], int]
    found: dict[tuple[str, str], int]
    false: list[tuple[str, Finding]]
    minutes: float = 0.0
    failed: int = 0
    """Outputs in which a check of times or pixels failed; there should be none."""

    @classmethod
    def of(cls, audited_cases: list[Case]) -> Score:
        score = cls({}, {}, [])
        for case in audited_cases:
            findings = case.findings()
            for planted in case.leaks:
                key = (planted.kind, band(planted))
                score.planted[key] = score.planted.get(key, 0) + 1
                hit = any(finds(f, planted) for f in findings)
                score.found[key] = score.found.get(key, 0) + hit
            score.false += [
                (case.name, f) for f in findings if not any(finds(f, p) for p in case.leaks)
            ]
            score.failed += not all(c.passed for c in case.seen.checks)
            score.minutes += case.seen.looked.frames_compared / RATE / 60
        return score

    @property
    def rate(self) -> float:
        """False spans a minute."""
        return len(self.false) / max(self.minutes, 1e-9)

    def share(self, *kinds: str) -> tuple[int, int]:
        """(found, planted) over kinds of leak, all sizes."""
        keys = [k for k in self.planted if k[0] in kinds]
        return sum(self.found[k] for k in keys), sum(self.planted[k] for k in keys)


def band(planted: Leak) -> str:
    """Target and size band of a leak's subject."""
    height = planted.subject.height
    if planted.subject.target is Target.FACE:
        return "face 24–48" if height < 48 else "face 48–96" if height < 96 else "face ≥ 96"
    return "plate 12–24" if height < 24 else "plate ≥ 24"
