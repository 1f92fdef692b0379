"""What of a source may reach an output. Everything that is not named here is dropped.

Kept: one video stream (its pixels, times, sample aspect, colour description, static HDR
metadata, field order), audio streams (packets or, where the container does not take them,
their sound; language), and nothing else. What is dropped is listed for the user.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.container import InputContainer
from av.stream import Disposition, Stream

from ..formats import tags
from ..messages import Message
from .info import AudioInfo, Dropped

STILL = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails

_SHOWN = 60
"""Characters of a tag's value that are shown."""


def choose_video(container: InputContainer) -> Stream | None:
    """The video stream to keep: moving, decodable, marked as default, then the largest."""

    def rank(stream: Any) -> tuple[bool, int, int]:
        context = stream.codec_context
        default = bool(stream.disposition & Disposition.default)
        return default, context.width * context.height, -stream.index

    moving = [
        s
        for s in container.streams.video
        if s.codec_context is not None and not s.disposition & STILL
    ]
    return max(moving, key=rank, default=None)


def audio_info(stream: Any) -> AudioInfo | None:
    """Description of an audio stream that can be kept, None where it cannot be read."""
    context = stream.codec_context
    if context is None or not context.sample_rate or not context.layout.nb_channels:
        return None
    return AudioInfo(
        index=stream.index,
        codec=context.codec.canonical_name,
        channels=context.layout.nb_channels,
        sample_rate=context.sample_rate,
        language=language_of(stream),
    )


def language_of(stream: Stream) -> str:
    """Language code of a stream, "" where it is unset or undetermined."""
    for key, value in stream.metadata.items():
        if key.lower() == "language" and value.lower() != "und":
            return value
    return ""


def dropped(container: InputContainer, kept: set[int]) -> Iterator[Dropped]:
    """Everything in a container beyond the streams in `kept`, in order of appearance."""
    yield from _tags(container.metadata, "container", language=False)
    chapters = container.chapters()
    if chapters:
        yield Dropped("chapter", Message("chapter_marks", count=len(chapters)), "container")
    for stream in container.streams:
        where = f"stream {stream.index}"
        if stream.index not in kept:
            yield Dropped(*_describe(stream), where)
        keeps_language = stream.index in kept and stream.type == "audio"
        yield from _tags(stream.metadata, where, language=keeps_language)


def _describe(stream: Any) -> tuple[str, Message]:
    context = stream.codec_context
    codec = context.codec.canonical_name if context is not None else ""
    if stream.type == "video":
        size = f" {context.width}x{context.height}" if context is not None else ""
        kind = "cover art" if stream.disposition & STILL else "video"
        return kind, _named(codec + size)
    if stream.type == "attachment":
        return "attachment", _named(stream.name or codec)
    if stream.type == "data":
        handler = stream.metadata.get("handler_name", "")
        return "data", _named(" ".join(filter(None, (stream.name, handler))))
    if stream.type == "audio":
        return "audio", Message("cannot_be_decoded", codec=codec)
    return stream.type, _named(codec)


def _named(name: str) -> Message:
    return Message("named", name=name) if name else Message("unknown_format")


def _tags(metadata: dict[str, str], where: str, language: bool) -> Iterator[Dropped]:
    for key, value in metadata.items():
        low = key.lower()
        if tags.is_structural(low) and not (low == "handler_name" and value.strip()):
            continue
        if low == "language" and (language or value.lower() == "und"):
            continue
        text = " ".join(value.split())
        if len(text) > _SHOWN:
            text = text[: _SHOWN - 1] + "…"
        yield Dropped("tag", Message("tag", key=key, text=text), where)
