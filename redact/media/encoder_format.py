"""Bringing a working frame into the pixel format of the encoder without loss."""

from __future__ import annotations

import av

from .formats import layout
from .orient import copy_tags, plane_array, widen_chroma


def fitted(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    """The picture in a format of at least its depth and chroma resolution.

    Luma and chroma samples are kept; chroma is repeated where `target` has more of it, grey
    gets neutral chroma, and 8-bit samples become 10-bit by a shift.

    Raises:
        ValueError: if `target` holds less than the picture.
    """
    source = picture.format.name
    if source == target:
        return picture
    was, now = layout(source), layout(target)
    if was.bits > now.bits:
        raise ValueError(f"{target} holds fewer bits than {source}")
    if was.grey and not now.grey:
        tail = "" if was.bits == 8 else "10le"
        picture = _coloured(picture, target.removesuffix("10le") + tail)
        source, was = picture.format.name, layout(picture.format.name)
    if was.bits < now.bits:
        picture = _deepened(picture, f"{source}10le")
    return widen_chroma(picture, target)


class Fields:
    """Marks frames as interlaced, as x264 takes the order of fields from each frame.

    Args:
        order: "tt", "bb", "tb" or "bt"; the second letter is the field shown first.
    """

    def __init__(self, order: str) -> None:
        self._mode = "tff" if order[1] == "t" else "bff"
        self._graph: av.filter.Graph | None = None

    def mark(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The same picture, marked where it is not; new frames never are."""
        if picture.interlaced_frame:
            return picture
        if self._graph is None:
            graph = av.filter.Graph()
            graph.link_nodes(
                graph.add_buffer(
                    width=picture.width,
                    height=picture.height,
                    format=picture.format,
                    time_base=picture.time_base,
                ),
                graph.add("setfield", self._mode),
                graph.add("buffersink"),
            ).configure()
            self._graph = graph
        self._graph.push(picture)
        marked = self._graph.pull()
        assert isinstance(marked, av.VideoFrame)
        copy_tags(picture, marked)
        return marked


def _coloured(grey: av.VideoFrame, target: str) -> av.VideoFrame:
    result = av.VideoFrame(grey.width, grey.height, target)
    plane_array(result, 0)[...] = plane_array(grey, 0)
    for index in (1, 2):
        plane_array(result, index)[...] = 1 << (layout(target).bits - 1)
    copy_tags(grey, result)
    return result


def _deepened(picture: av.VideoFrame, target: str) -> av.VideoFrame:
    result = av.VideoFrame(picture.width, picture.height, target)
    for index in range(len(result.planes)):
        shift = layout(target).bits - layout(picture.format.name).bits
        plane_array(result, index)[...] = plane_array(picture, index)
        plane_array(result, index)[...] <<= shift
    copy_tags(picture, result)
    return result
