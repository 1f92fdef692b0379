"""The structure of container files: the only walk through their boxes or elements, and their tags.

Probe, audit, inspection and release read the same structure from here. What they make of it is
their own.
"""

from . import containers, ends, matroska, mp4, nal_units, photographs, sound_headers, tags
