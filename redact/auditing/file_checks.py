"""Strict checks of the output as a file: its streams, tags and structure, and whether it shows all
its pictures.

They are allow-lists: everything not named fails, so that new kinds of metadata are noticed.
"""

from __future__ import annotations

from pathlib import Path

import av

from ..errors import InputError
from ..files import read_file
from ..formats import photographs, tags
from ..formats.containers import Structure, read_as
from ..media import SourceInfo, coded_pictures, opened, tags_of
from ..words import Message, problem
from .matroska_elements import wrong_elements
from .mp4_boxes import wrong_boxes
from .result import Check


def check_container(source: SourceInfo, output: Path, audio_expected: bool | None) -> list[Check]:
    """Check streams, tags and (in MP4, MOV, MKV and WebM) structure of the output; for a
    photograph, its parts.

    Raises:
        InputError: the output cannot be opened at all.
    """
    if source.photograph:
        return [_parts(output)]
    try:
        with opened(output) as container:
            checks = [_streams(container, source, audio_expected), _tags(container)]
            name, streams = container.format.name, len(container.streams)
        needed = Message("structure_good")
        structure = read_as(name).structure
        if structure is Structure.BOXES:
            checks.append(_check("boxes", wrong_boxes(output), needed))
        elif structure is Structure.ELEMENTS:
            checks.append(_check("elements", wrong_elements(output, streams), needed))
    except (av.FFmpegError, OSError) as error:
        raise problem(InputError, "output_unopened", output=output, error=error) from error
    return checks


def _parts(output: Path) -> Check:
    """Check that every byte of a photograph belongs to its picture."""
    try:
        parts = list(photographs.parts_of(read_file(output)))
    except OSError as error:
        raise problem(InputError, "output_unopened", output=output, error=error) from error
    wrong = [Message("photo_part", name=part.name) for part in parts if not part.picture]
    if not parts:
        wrong = [Message("unreadable")]
    return _check("parts", wrong, Message("structure_good"))


def _check(name: str, wrong: list[Message], good: Message) -> Check:
    return Check(name, not wrong, tuple(wrong[:8]) if wrong else (good,))


def _streams(
    container: av.container.InputContainer, source: SourceInfo, audio_expected: bool | None
) -> Check:
    videos = [s for s in container.streams if s.type == "video"]
    sounds = [s for s in container.streams if s.type == "audio"]
    wrong = [
        Message("stream_of_kind", stream=s.index, kind=s.type or "?")
        for s in container.streams
        if s.type not in ("video", "audio")
    ]
    if len(videos) != 1:
        wrong.append(Message("video_streams", videos=len(videos)))
    wrong += [
        Message("stream_is_picture", stream=s.index)
        for s in videos
        if s.disposition & av.stream.Disposition.attached_pic
    ]
    found, expected = len(sounds), len(source.audio)
    if found > expected:
        wrong.append(Message("audio_too_many", sounds=found, expected=expected))
    if audio_expected is False and sounds:
        wrong.append(Message("audio_unwanted", sounds=found))
    if audio_expected and found < expected:
        wrong.append(Message("audio_missing", sounds=found, expected=expected))
    if container.chapters():
        wrong.append(Message("chapters", count=len(container.chapters())))
    return _check("streams", wrong, Message("streams_good", sounds=found))


def _tags(container: av.container.InputContainer) -> Check:
    told = tags.not_allowed(tags_of(container.metadata), stream=False)
    wrong = [Message("container_tag", key=key) for key in told]
    for stream in container.streams:
        told = tags.not_allowed(tags_of(stream.metadata), stream=True)
        wrong += [Message("stream_tag", stream=stream.index, key=key) for key in told]
    return _check("tags", wrong, Message("tags_good"))


_NAME = "all_shown"


def check_all_shown(finished: SourceInfo, shown: int) -> Check:
    """Check that a file contains exactly the `shown` frames that were compared."""
    held = coded_pictures(finished)
    if held == shown:
        return Check(_NAME, True, (Message("all_shown", held=held),))
    if held > shown:
        return Check(_NAME, False, (Message("not_all_shown", held=held, shown=shown),))
    return Check(_NAME, False, (Message("shows_more", held=held, shown=shown),))
