"""`redact probe`: what is in a file, what is kept and what is dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from av.codec import Codec
from rich.table import Table

from ..formats.containers import read_as
from ..media import SourceInfo, default_output
from ..media import probe as probe_source
from ..progress import About
from ..types import clock
from ..words import said, say, word
from . import options
from .app import command
from .terminal import PlainConsole, tell_json


@command
@options.source_argument
@options.json_option
def probe(source: Path, as_json: bool) -> int:
    """`redact probe`."""
    info = probe_source(source)
    if as_json:
        tell_json(describe(info))
        return 0
    console = PlainConsole()
    table = Table(
        *(word("probe_column", c) for c in ("fate", "stream", "what")), box=None, pad_edge=False
    )
    keep, drop = word("fate", "keep"), word("fate", "drop")
    table.add_row(keep, say("video_stream", n=info.video.index), ", ".join(_video_words(info)))
    for audio in info.audio:
        sound = known_name(audio.codec), say("channels", count=audio.channels)
        words = f"{', '.join(sound)}, {audio.sample_rate} Hz"
        table.add_row(keep, say("audio_stream", n=audio.index), f"{words} {audio.language}".strip())
    for item in info.dropped:
        what = say("dropped_part", kind=item.kind, what=item.what)
        table.add_row(drop, _where(item.where), what)
    head = say(
        "probe_head", path=info.path, container=read_as(info.container).label, size=info.size
    )
    console.print(head, soft_wrap=True)
    console.print(_length(info))
    console.print(table)
    for warning in info.warnings:
        console.print(f"{say('note')} {said(warning)}", soft_wrap=True)
    console.print(say("default_output", path=default_output(info)), soft_wrap=True)
    return 0


def _where(place: str) -> str:
    """Where a part is that is left out; a table of EXIF keeps its name."""
    if place == "container":
        return say("in_container")
    kind, _, number = place.partition(" ")
    return say("in_stream", number=number) if kind == "stream" else place


def describe(info: SourceInfo) -> dict[str, Any]:
    """The probe as JSON values; fractions as text, so that nothing is rounded."""
    video = info.video
    return {
        "file": str(info.path),
        "container": info.container,
        "size": info.size,
        "duration": None if info.duration is None else float(info.duration),
        "video": {
            "stream": video.index,
            "codec": video.codec,
            "width": video.upright_size[0],
            "height": video.upright_size[1],
            "rotation": 90 * video.orientation.turns,
            "mirrored": video.orientation.mirrored,
            "pixel_format": video.pixel_format,
            "bit_depth": video.bit_depth,
            "time_base": str(video.time_base),
            "average_rate": None if video.rate is None else str(video.rate),
            "sample_aspect": str(video.upright_sample_aspect),
            "primaries": video.colour.primaries,
            "transfer": video.colour.transfer,
            "matrix": video.colour.matrix,
            "range": video.colour.range,
            "field_order": video.field_order,
            "frames": video.frames,
        },
        "audio": [
            {
                "stream": a.index,
                "codec": a.codec,
                "channels": a.channels,
                "sample_rate": a.sample_rate,
                "language": a.language,
            }
            for a in info.audio
        ],
        "dropped": [{"kind": d.kind, "what": str(d.what), "where": d.where} for d in info.dropped],
        "warnings": [str(w) for w in info.warnings],
        "default_output": str(default_output(info)),
    }


def _length(info: SourceInfo) -> str:
    """Its duration and number of frames, as far as the file says."""
    frames = info.expected_frames
    if frames is None:
        count = say("frames_unknown")
    else:
        count = say("frames_about" if isinstance(frames, About) else "frames", count=int(frames))
    length = say("length_unknown") if info.duration is None else said(clock(float(info.duration)))
    return f"{length}, {count}"


def _video_words(info: SourceInfo) -> list[str]:
    video = describe(info)["video"]
    rate = "?" if info.video.rate is None else said(float(info.video.rate), ".5g")
    words = [
        known_name(video["codec"]),
        say("upright", width=video["width"], height=video["height"]),
        video["pixel_format"],
        say("frames_a_second", rate=rate),
    ]
    if video["rotation"] or video["mirrored"]:
        words.append(say("stored_turned", degrees=video["rotation"]))
    colour = [video[k] for k in ("primaries", "transfer", "matrix", "range") if video[k]]
    return words + ([say("colour", colour="/".join(colour))] if colour else [])


def known_name(decoder: str) -> str:
    """The name that people know a codec by, from FFmpeg's name of its decoder."""
    codec = Codec(decoder, "r").canonical_name
    return {"h264": "H.264", "hevc": "H.265 (HEVC)"}.get(codec, codec.upper())
