"""Attacks on redacted faces and plates: `python -m lab.attack`."""
