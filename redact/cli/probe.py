"""`redact probe`: what is in a file, what is kept and what is dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from ..media import SourceInfo, default_output
from ..media import probe as probe_source
from . import options


@click.command()
@options.source_argument
@options.json_option
def probe(source: Path, as_json: bool) -> int:
    """Say what is in SOURCE, what an output keeps and what it drops. Nothing is written."""
    info = probe_source(source)
    if as_json:
        print(json.dumps(describe(info), indent=1))
        return 0
    console = Console(highlight=False)
    table = Table("", "stream", "what", box=None, pad_edge=False)
    video = describe(info)["video"]
    table.add_row("keep", f"video {info.video.index}", ", ".join(_video_words(video)))
    for audio in info.audio:
        words = f"{audio.codec}, {audio.channels} channels, {audio.sample_rate} Hz"
        table.add_row("keep", f"audio {audio.index}", f"{words} {audio.language}".strip())
    for item in info.dropped:
        table.add_row("drop", item.where, f"{item.kind}: {item.what}")
    console.print(f"{info.path}: {info.container}, {info.size:,} bytes")
    console.print(table)
    for warning in info.warnings:
        console.print(f"note: {warning}")
    console.print(f"default output: {default_output(info)}")
    return 0


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
        "dropped": [{"kind": d.kind, "what": d.what, "where": d.where} for d in info.dropped],
        "warnings": list(info.warnings),
        "default_output": str(default_output(info)),
    }


def _video_words(video: dict[str, Any]) -> list[str]:
    words = [
        video["codec"],
        f"{video['width']}×{video['height']} upright",
        video["pixel_format"],
        f"{video['average_rate'] or 'unknown'} frames/s on average",
    ]
    if video["rotation"] or video["mirrored"]:
        words.append(f"stored turned by {video['rotation']}°")
    colour = [video[k] for k in ("primaries", "transfer", "matrix", "range") if video[k]]
    return words + ([f"colour {'/'.join(colour)}"] if colour else [])
