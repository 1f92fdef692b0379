"""Where footage and stills lie that are no part of the repository."""

from __future__ import annotations

import os
from pathlib import Path


def shared_folder() -> Path:
    """The folder `shared` beside the checkout, or the one in REDACT_SHARED."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    return Path(os.environ.get("REDACT_SHARED", beside))
