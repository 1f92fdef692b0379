"""Differences between releases of PyAV, brought into one form: numbers, and text that is not UTF-8.

In release 18 a number is a Fraction, and None where a file does not tell it. From 19 on it is an
`AVRational`, of value 0 or with a denominator of 0 where a file does not tell it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import av
import av.filter

KEEPS_BAD_TEXT: Final[dict[str, Any]] = (
    {"metadata_errors": "surrogateescape"} if int(av.__version__.split(".")[0]) < 19 else {}
)
"""Arguments of `av.open` with which a tag that is no UTF-8 is no error; release 19 needs none."""


UNDECODABLE: Final = (av.FFmpegError, EOFError, ValueError)
"""What a decoder raises on a packet that it can make nothing of. A plain ValueError comes from
release 19 on, for every packet after one with which the decoder could not be opened."""


def graph_for(picture: av.VideoFrame, *filters: tuple[str, dict[str, str]]) -> av.filter.Graph:
    """A chain of FFmpeg's filters, each with its options, for pictures like this one."""
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
    """What comes of a picture."""
    graph.push(picture)
    made = graph.pull()
    assert isinstance(made, av.VideoFrame)
    return made


def fraction(number: Any) -> Fraction | None:
    """A rate, a time base or the shape of a pixel, None where the file does not tell it."""
    if not number or not number.denominator:
        return None
    return Fraction(number.numerator, number.denominator)


def tags_of(metadata: dict[str, str]) -> dict[str, str]:
    """Tags of a container, a stream, a chapter or a picture, with "�" for what is no UTF-8."""
    return {_text(key): _text(value) for key, value in metadata.items()}


def _text(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
