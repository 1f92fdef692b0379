"""What content credentials say about a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ..evidence import Credentials, sign_content
from ..messages import Message
from ..plan import Plan
from ..settings import DrawSettings
from ..types import Action
from .journal import Journal


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
