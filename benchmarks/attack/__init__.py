"""Attacks on redacted faces and plates: `python -m benchmarks.attack`."""
