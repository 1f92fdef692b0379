"""What the audit of the finished file found, as a manifest holds it (`AuditResult.to_json`)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import MessagePart, Natural, Part, Seconds, TargetWord

Pixels = Annotated[float, Meta(description="upright pixels of the source")]


class FindingPart(Part):
    """A place that a person must look at; `kind` and `rule` are terms of `redact.messages`."""

    number: Annotated[int, Meta(ge=1)]
    kind: str
    target: TargetWord
    frames: Annotated[tuple[Natural, Natural], Meta(description="first and last")]
    seconds: Annotated[tuple[Seconds, Seconds], Meta(description="on the clock of the source")]
    box: Annotated[
        tuple[Pixels, Pixels, Pixels, Pixels], Meta(description="left, top, right, bottom, overall")
    ]
    scores: dict[str, float]
    rule: str
    path: Annotated[
        tuple[tuple[int, Pixels, Pixels, Pixels, Pixels], ...], Meta(description="frame and box")
    ]
    track: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="hidden track that it belongs to")
    ] = None


class CheckPart(Part):
    """A yes-or-no check of the file as a whole; `name` is a term of `redact.messages`."""

    name: str
    passed: bool
    detail: tuple[MessagePart, ...]


class KeptPart(Part):
    """A subject that is visible by decision."""

    track: Annotated[int, Meta(ge=1)]
    target: TargetWord
    frames: tuple[Natural, Natural]
    shown: tuple[tuple[Natural, Natural], ...]
    reason: str


class DetectorPart(Part):
    name: str
    sha256: str


class LookedPart(Part):
    """How much was looked at."""

    frames_compared: Natural
    frames_looked_at: Natural
    close_looks: Natural
    detectors: tuple[DetectorPart, ...]
    targets: tuple[TargetWord, ...]


class AuditPart(Part):
    """The audit's result."""

    passed: bool
    sensitivity: str
    with_plan: bool
    findings: tuple[FindingPart, ...]
    checks: tuple[CheckPart, ...]
    kept_by_decision: tuple[KeptPart, ...]
    looked: LookedPart
