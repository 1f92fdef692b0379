"""Hides differences between releases of PyAV: in numbers, and in text that is not UTF-8.

In release 18, a number is a Fraction, or None if the file does not state it. From 19 on it is an
`AVRational`, with value 0 or denominator 0 if the file does not state it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
import av.filter

KEEPS_BAD_TEXT: Final[dict[str, Any]] = (
    {"metadata_errors": "surrogateescape"} if int(av.__version__.split(".")[0]) < 19 else {}
)
"""Arguments of `av.open` that allow tags that are not UTF-8; release 19 needs none."""


UNDECODABLE: Final = (av.FFmpegError, EOFError, ValueError)
"""Exceptions that a decoder raises for a packet that it cannot decode. From release 19 on, a
decoder that could not be opened raises a plain ValueError for every later packet."""


def graph_for(picture: av.VideoFrame, *filters: tuple[str, dict[str, str]]) -> av.filter.Graph:
    """Build a chain of FFmpeg filters, each a name with options, for pictures with the size and
    format of this one."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width,
        height=picture.height,
        format=picture.format,
        time_base=picture.time_base or Fraction(1),
    )
    chain = [graph.add(name, **options) for name, options in filters]
    graph.link_nodes(source, *chain, graph.add("buffersink")).configure()
    return graph


def filtered(graph: av.filter.Graph, picture: av.VideoFrame) -> av.VideoFrame:
    """The picture after the filters."""
    graph.push(picture)
    made = graph.pull()
    assert isinstance(made, av.VideoFrame)
    return made


def fraction(number: Any) -> Fraction | None:
    """Convert a rate, time base or aspect ratio; None if the file does not state it."""
    if not number or not number.denominator:
        return None
    return Fraction(number.numerator, number.denominator)


def tags_of(metadata: dict[str, str]) -> dict[str, str]:
    """Tags of a container, stream, chapter or picture, with "�" for bytes that are not UTF-8."""
    return {_text(key): _text(value) for key, value in metadata.items()}


def _text(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
