"""Calls of the command line as a user makes them."""

from __future__ import annotations

from ..pipeline.conftest import ROOT
from ..program import program as call

__all__ = ["ROOT", "call"]
