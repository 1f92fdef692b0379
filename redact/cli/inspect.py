"""`redact inspect`: what is in a file, what a result keeps of it, and what in it reveals who made
it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from av.codec import Codec
from rich.table import Table

from ..errors import ExitCode, InputError
from ..formats.containers import read_as
from ..inspect import Inspection, inspect_file
from ..media import SourceInfo, default_output, probe
from ..progress import About
from ..types import clock, readable
from ..words import said, say, word
from . import options
from .app import PATH, command, remember_sources
from .terminal import PlainConsole, tell, tell_json


@command
@click.argument("source", metavar="FILE", type=PATH, callback=remember_sources)
@options.json_option
@options.verbose_option
def inspect(source: Path, as_json: bool, verbose: bool) -> int:
    """`redact inspect`."""
    result = inspect_file(source)
    try:
        info = probe(source)
    except InputError:  # it holds no video: it can reveal somebody all the same
        info = None
    if as_json:
        tell_json(_as_json(result) | {"video": None if info is None else describe(info)})
    else:
        if info is not None:
            _say_parts(info)
        _say(result, verbose)
    return int(ExitCode.DONE if result.clean else ExitCode.CHECK_FAILED)


def _say_parts(info: SourceInfo) -> None:
    """Say what a result keeps of a source, and what it drops."""
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


def _as_json(result: Inspection) -> dict[str, object]:
    return {
        "file": readable(result.path.name),
        "container": result.container,
        "clean": result.clean,
        "walked": result.walked,
        "findings": [
            asdict(f) | {"where": str(f.where), "value": str(f.value)} for f in result.found
        ],
        "generic": [f"{where}: {value}" for where, value in result.generic],
        "packets": result.packets,
        "file_changed": result.changed and result.changed.isoformat(),
    }


def _say(result: Inspection, verbose: bool) -> None:
    for finding in result.found:
        times = f"  (×{finding.count})" if finding.count > 1 else ""
        what = say("found_at", where=finding.where, value=finding.value)
        tell(f"{word('maker', finding.kind):<14} {what}{times}")
    if verbose:
        for where, value in result.generic:
            tell(f"{say('names_nobody'):<14} {say('found_at', where=where, value=value)}")
    if result.clean:
        tell(say("inspect_clean", name=result.path.name, count=result.packets))
    else:
        tell(say("inspect_found", count=len(result.found), name=result.path.name))
    if not result.walked:
        tell(say("inspect_partly"))


def _where(place: str) -> str:
    """Where a part is that is left out; a table of EXIF keeps its name."""
    if place == "container":
        return say("in_container")
    kind, _, number = place.partition(" ")
    return say("in_stream", number=number) if kind == "stream" else place


def describe(info: SourceInfo) -> dict[str, Any]:
    """The parts of a source as JSON values; fractions as text, so that nothing is rounded."""
    video = info.video
    return {
        "size": info.size,
        "duration": None if info.duration is None else float(info.duration),
        "picture": {
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
    video = describe(info)["picture"]
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
