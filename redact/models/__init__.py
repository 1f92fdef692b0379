"""Weights that redact is shipped with; see `redact.detect.weights`."""
