"""Weights that redact is shipped with; see `redact.detection.weights`."""
