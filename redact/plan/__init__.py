"""The plan between the two passes: what is hidden where, as a value and as a file."""

from .plan import DetectionSettings, Plan, SourceRef

__all__ = ["DetectionSettings", "Plan", "SourceRef"]
