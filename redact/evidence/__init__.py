"""The record that ties an output to its original, and the release that tells nothing."""

from .case import CaseFields
from .record import ModelUsed, RunRecord, Step

__all__ = ["CaseFields", "ModelUsed", "RunRecord", "Step"]
