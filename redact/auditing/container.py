"""Strict check of everything in the output that is not a picture: streams, tags, boxes, elements.

An allow-list: what is not named here fails, so that a new kind of metadata is found and not
waved through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import av

from ..errors import InputError
from ..media import SourceInfo, opened
from .matroska_elements import wrong_elements
from .mp4_boxes import wrong_boxes
from .result import Check

_FORMAT_TAGS: Final = {
    "major_brand": r"[ -~]{0,4}",
    "minor_version": r"\d{1,6}",
    "compatible_brands": r"[ -~]{0,64}",
    "encoder": r"(Lavf|Lavc)[\d.]* ?[\w.-]*",
    "duration": r"[\d:.]+",
}
"""Container tags that say nothing but the format, and the values they may have."""

_STREAM_TAGS: Final = {
    "language": r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    "handler_name": r"(Video|Sound)Handler|",
    "vendor_id": r"\[0\]\[0\]\[0\]\[0\]|FFMP",
    "encoder": r"(Lavf|Lavc)[\d.]* ?[\w.-]*",
    "duration": r"[\d:.]+",
}


def check_container(source: SourceInfo, output: Path, audio_expected: bool | None) -> list[Check]:
    """Checks of streams, tags and (in MP4, MOV, MKV and WebM) structure of the output.

    Raises:
        InputError: the output cannot be opened at all.
    """
    try:
        with opened(output) as container:
            checks = [_streams(container, source, audio_expected), _tags(container)]
            name, streams = container.format.name, len(container.streams)
        needed = "none but those needed for playing"
        if "mp4" in name:
            checks.append(_check("boxes", wrong_boxes(output), needed))
        elif "matroska" in name:
            checks.append(_check("elements", wrong_elements(output, streams), needed))
    except (av.FFmpegError, OSError) as error:
        raise InputError(
            f"{output}: the output cannot be opened ({error})", "Render it again."
        ) from error
    return checks


def _check(name: str, wrong: list[str], good: str) -> Check:
    return Check(name, not wrong, "; ".join(wrong[:8]) if wrong else good)


def _streams(
    container: av.container.InputContainer, source: SourceInfo, audio_expected: bool | None
) -> Check:
    videos = [s for s in container.streams if s.type == "video"]
    sounds = [s for s in container.streams if s.type == "audio"]
    wrong = [
        f"stream {s.index} is {s.type or 'unknown'}"
        for s in container.streams
        if s.type not in ("video", "audio")
    ]
    if len(videos) != 1:
        wrong.append(f"{len(videos)} video streams instead of 1")
    wrong += [
        f"stream {s.index} is a picture (cover art)"
        for s in videos
        if s.disposition & av.stream.Disposition.attached_pic
    ]
    if len(sounds) > len(source.audio):
        wrong.append(f"{len(sounds)} audio streams where the source has {len(source.audio)}")
    if audio_expected is False and sounds:
        wrong.append(f"{len(sounds)} audio streams although sound was to be removed")
    if audio_expected and len(sounds) < len(source.audio):
        wrong.append(f"{len(sounds)} audio streams of the source's {len(source.audio)}")
    if container.chapters():
        wrong.append(f"{len(container.chapters())} chapters")
    return _check("streams", wrong, f"1 video, {len(sounds)} audio, nothing else")


def _tags(container: av.container.InputContainer) -> Check:
    wrong = list(_bad_tags(container.metadata, _FORMAT_TAGS, "container"))
    for stream in container.streams:
        wrong += _bad_tags(stream.metadata, _STREAM_TAGS, f"stream {stream.index}")
    return _check("tags", wrong, "none but the format's own")


def _bad_tags(tags: Mapping[str, str], allowed: Mapping[str, str], where: str) -> Iterator[str]:
    for key, value in tags.items():
        pattern = allowed.get(key.lower())
        # The value is not repeated: this text ends up in reports.
        if pattern is None or not re.fullmatch(pattern, value):
            yield f"{where} tag '{key}'"
