"""Parses the structure of container files: boxes, elements, tags, and where a file should end.

Probe, audit, inspection and release all use these parsers, each for its own purpose.
"""

from . import avi, containers, ends, matroska, mp4, nal_units, photographs, sound_headers, tags
