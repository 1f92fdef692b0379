"""Every limit that is no matter of meaning, up and down: what is found, and what else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from redact.auditing import AuditSettings, Limits
from redact.auditing.audit_detectors import AuditDetectors

from .bench import Case, Output, Score

SWEPT: dict[str, tuple[float, ...]] = {
    "candidate": (0.02, 0.1, 0.2),
    "believed": (0.35, 0.65),
    "covered": (0.25, 0.6),
    "fits": (0.7, 0.9),
    "beside_odds": (0.0, 2.0),
    "alike_odds": (0.0, 3.0),
    "alike": (0.8, 0.95),
}
"""Values of each beside its own."""

JUDGED = ("believed", "beside_odds", "alike_odds")
"""Those that judge what was seen; for the others the outputs are audited again."""

GROUPS = (("5", "30", "whole"), ("1", "2"), ("shifted", "shrunk"), ("undrawn",))


def changed(limits: Limits, others: Sequence[str]) -> Limits:
    """Limits with other values, each "NAME=VALUE"."""
    for name, _, value in (other.partition("=") for other in others):
        limits = with_value(limits, name, float(value))
    return limits


def with_value(limits: Limits, name: str, value: float) -> Limits:
    """Limits with one other value; frames stay whole numbers."""
    return replace(limits, **{name: type(getattr(limits, name))(value)})


def print_sweep(
    made: Sequence[Output],
    audited: Sequence[Case],
    settings: AuditSettings,
    load: type[AuditDetectors],
    names: Sequence[str],
) -> None:
    """A row for every value, one limit changed at a time; the first row is as it is.

    Args:
        made, audited: outputs, and what the audit saw of them with `settings`.
        load: detectors that remember what they saw.
        names: of the limits to be changed.
    """
    print("\n| limit | value | ≥ 5 frames | 1–2 frames | moved, shrunk | undrawn |", end="")
    print(" false/min | failed checks |")
    print("|---" * 8 + "|")
    print_row("as it is", "", Score.of(list(audited), settings.limits))
    for name in names:
        for value in SWEPT[name]:
            limits = with_value(settings.limits, name, value)
            cases = list(audited)
            if name not in JUDGED:
                other = replace(settings, limits=limits)
                cases = [output.audited(other, load) for output in made]
            print_row(name, f"{value:g}", Score.of(cases, limits))


def print_row(name: str, value: str, score: Score) -> None:
    shares = ["{}/{}".format(*score.share(*kinds)) for kinds in GROUPS]
    cells = [name, value, *shares, f"{score.rate:.2f}", str(score.failed)]
    print("| " + " | ".join(cells) + " |", flush=True)
