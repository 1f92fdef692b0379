"""Leaked frames and leaked tracks of any redaction tool, measured on the pixels of its output.

Run `python -m lab.leak`; how it measures is told in README.md beside this file.
"""
