"""Accuracy and speed of redact's detector beside others, on labelled stills."""
