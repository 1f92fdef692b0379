"""What redaction tools leak and hide for nothing on real footage labelled by eye.

Run `python -m lab.real`; how it measures is told in README.md beside this file.
"""
