"""Leaks and over-redaction of redaction tools on real footage labelled by eye.

Run `python -m lab.real`; README.md beside this file says how it measures.
"""
