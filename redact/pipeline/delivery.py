"""Where the result of a run goes, what the run ended with, and what the file itself says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..auditing import AuditResult
from ..files import PRIVATE
from ..plan import Plan
from ..record import CaseFields, Credentials, EvidenceChoice, RunRecord, manifest_path, sign_content
from ..settings import DrawSettings
from ..types import Action
from ..words import Message
from .acceptance import Acceptance, Accepted
from .journal import Journal


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is written for one source besides the settings of the picture, and where.

    The last fields are filled in by `redact.pipeline.prepare`, for they depend on the source.

    Attributes:
        output: final name, or a folder for a name of ours; None for "<stem>.redacted<ext>" beside
            the source.
        in_folder: `output` is a folder even if it is not there yet.
        force: what exists may be replaced.
        release: write the video alone; nothing in the file, its name or its times may say who
            made it.
        sound_chosen: somebody decided whether the sound is published; a release with sound is
            refused otherwise.
        evidence: the record that is kept.
        plan_out: keep the plan in this file.
        keep_plan: keep the plan beside the result where `plan_out` names no other place.
        review_dir: folder for a private sheet of doubtful places.
        acceptance: findings of an earlier run that may be published, by number until they are
            looked up. As numbers they accept nothing yet, and None accepts nothing at all.
        command: the command line, for the record.
        closed: folder for a result that is held back; None: NOT-FOR-RELEASE beside the output.
        plan_file: the plan is kept here as soon as it is made, and one of an earlier run that was
            stopped is taken up from here. None: nowhere.
        helped: other machines may look ahead, and leave their answers beside `plan_file`.
        publishing: told of the file and its SHA-256 just before it gets its name.
    """

    output: Path | None = None
    in_folder: bool = False
    force: bool = False
    release: bool = False
    sound_chosen: bool = False
    evidence: EvidenceChoice = field(default_factory=EvidenceChoice)
    plan_out: Path | None = None
    keep_plan: bool = True
    review_dir: Path | None = None
    acceptance: Acceptance | Accepted | None = None
    command: tuple[str, ...] = ()
    closed: Path | None = None
    plan_file: Path | None = None
    helped: bool = False
    publishing: Callable[[Path, str], None] | None = None

    @property
    def case(self) -> CaseFields | None:
        """What the user said about the case."""
        return self.evidence.case

    def closed_for(self, final: Path) -> Path:
        """Folder for a result that does not get the name `final`."""
        return self.closed or final.parent / PRIVATE

    def reason_for(self, audit: AuditResult) -> str:
        """Why all that an audit found may be published; "" where nobody has looked at all of it,
        or nothing was found."""
        known = self.acceptance
        if audit.passed or not isinstance(known, Accepted) or not known.covers(audit):
            return ""
        return known.reason.strip()

    def answers_to(self, audit: AuditResult) -> dict[int, tuple[str, str, str]]:
        """Why each accepted finding of an audit is none, who said so and when, by its number."""
        known = self.acceptance
        if audit.passed or not isinstance(known, Accepted):
            return {}
        return {n: (a.reason, a.by, a.at) for n, a in known.answers(audit).items()}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run ended with.

    Attributes:
        output: the file that was written.
        wanted: its final name, which `output` is unless it needs review.
        needs_review: the audit found something, so `output` is not the final name.
        audit: what the audit found.
        record: everything that belongs on record.
    """

    output: Path
    wanted: Path
    needs_review: bool
    audit: AuditResult
    record: RunRecord


def review_name(final: Path, closed: Path) -> Path:
    """A name in the closed folder that says that a person must look first; it, its record and its
    plan are all new, so that nothing of an earlier run is replaced."""
    number = 1
    while True:
        mark = "needs-review" if number == 1 else f"needs-review-{number}"
        name = closed / f"{final.stem}.{mark}{final.suffix}"
        number += 1
        if not any(p.exists() for p in (name, manifest_path(name), review_plan(name))):
            return name


def review_plan(output: Path) -> Path:
    """Where the plan of a result that was held back is kept, for the user to repair."""
    return output.with_suffix(".plan.json")


def state_content(
    finished: Path,
    container: str,
    signer: Credentials,
    drawn: Plan,
    draw: DrawSettings,
    journal: Journal,
) -> None:
    """Put content credentials into a file that has no name yet. Raises as `sign_content`.

    Args:
        finished: the file.
        container: that it is in.
        signer: certificate and key.
        drawn: the plan as it was drawn; it names the hash of the original.
        draw: how it was drawn.
        journal: for the step.
    """
    hidden = Counter(t.target.word for t in drawn.tracks if t.action is Action.REDACT)
    counts = ", ".join(f"{word}: {n}" for word, n in sorted(hidden.items())) or "nothing found"
    did = f"Hidden in the picture, by tracks ({counts}); style {draw.render.style_name}."
    with journal.step("credentials", None) as step:
        sign_content(finished, container, signer, drawn.source.sha256, did)
        step.say(Message("credentials_signed", algorithm=signer.algorithm, sha256=signer.sha256))
