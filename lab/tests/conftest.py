"""The fixtures of the product's tests serve the laboratory's, too."""

from __future__ import annotations

from tests.conftest import *  # noqa: F403
from tests.conftest import _shared  # noqa: F401
