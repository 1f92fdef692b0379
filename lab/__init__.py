"""Measurements of redact and of its peers; none of it is shipped in the wheel."""
