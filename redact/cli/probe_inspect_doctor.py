"""Commands that only tell: `redact probe`, what is in a file, what is kept and what is dropped;
`redact inspect`, what in it tells who made it; `redact doctor`, what this installation has and
lacks.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from .. import __version__
from ..errors import ExitCode, RedactError
from ..inspect import Inspection, inspect_file
from ..media import SourceInfo, default_output
from ..media import probe as probe_source
from ..progress import About
from ..types import SEARCHED, Target, clock, counted, decimal, readable
from . import options
from .app import HELP
from .terminal import PlainConsole, tell, tell_json


@click.command(context_settings=HELP)
@options.source_argument
@options.json_option
def probe(source: Path, as_json: bool) -> int:
    """Say what is in SOURCE, what an output keeps and what it drops. Nothing is written."""
    info = probe_source(source)
    if as_json:
        print(json.dumps(describe(info), indent=1))
        return 0
    console = PlainConsole()
    table = Table("", "stream", "what", box=None, pad_edge=False)
    table.add_row("keep", f"video {info.video.index}", ", ".join(_video_words(info)))
    for audio in info.audio:
        sound = known_name(audio.codec), counted(audio.channels, "channel")
        words = f"{', '.join(sound)}, {audio.sample_rate} Hz"
        table.add_row("keep", f"audio {audio.index}", f"{words} {audio.language}".strip())
    for item in info.dropped:
        table.add_row("drop", item.where, f"{item.kind}: {item.what}")
    console.print(f"{info.path}: {info.container}, {info.size:,} bytes", soft_wrap=True)
    console.print(_length(info))
    console.print(table)
    for warning in info.warnings:
        console.print(f"note: {warning}", soft_wrap=True)
    console.print(f"default output: {default_output(info)}", soft_wrap=True)
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
        "dropped": [{"kind": d.kind, "what": str(d.what), "where": d.where} for d in info.dropped],
        "warnings": [str(w) for w in info.warnings],
        "default_output": str(default_output(info)),
    }


def _length(info: SourceInfo) -> str:
    """How long it is, and how many frames it has, as far as the file says."""
    frames = info.expected_frames
    if frames is None:
        count = "unknown number of frames"
    else:
        count = f"{'about ' if isinstance(frames, About) else ''}{counted(frames, 'frame')}"
    length = "unknown length" if info.duration is None else clock(float(info.duration))
    return f"{length}, {count}"


def _video_words(info: SourceInfo) -> list[str]:
    video = describe(info)["video"]
    rate = "unknown" if info.video.rate is None else decimal(info.video.rate)
    words = [
        known_name(video["codec"]),
        f"{video['width']}×{video['height']} upright",
        video["pixel_format"],
        f"{rate} frames/s on average",
    ]
    if video["rotation"] or video["mirrored"]:
        words.append(f"stored turned by {video['rotation']}°")
    colour = [video[k] for k in ("primaries", "transfer", "matrix", "range") if video[k]]
    return words + ([f"colour {'/'.join(colour)}"] if colour else [])


def known_name(decoder: str) -> str:
    """The name that people know a codec by, from FFmpeg's name of its decoder."""
    name = decoder.removeprefix("lib")
    return _NAMES.get(name, "PCM" if name.startswith("pcm_") else decoder)


_NAMES = {
    "aac": "AAC",
    "ac3": "AC-3",
    "amrnb": "AMR",
    "av1": "AV1",
    "dav1d": "AV1",
    "dnxhd": "DNxHD",
    "dvvideo": "DV",
    "eac3": "E-AC-3",
    "ffv1": "FFV1",
    "flac": "FLAC",
    "h263": "H.263",
    "h264": "H.264",
    "hevc": "H.265 (HEVC)",
    "mjpeg": "Motion JPEG",
    "mp3": "MP3",
    "mp3float": "MP3",
    "mpeg1video": "MPEG-1",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4 Part 2",
    "opus": "Opus",
    "prores": "ProRes",
    "vc1": "VC-1",
    "vorbis": "Vorbis",
    "vp8": "VP8",
    "vp9": "VP9",
    "vpx": "VP8",
    "vpx-vp9": "VP9",
    "wmv3": "Windows Media Video 9",
}


@click.command(context_settings=HELP)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("-v", "--verbose", is_flag=True, help="Also list what says nothing about anybody.")
def inspect(file: Path, as_json: bool, verbose: bool) -> int:
    """List everything in FILE that says something about who made it, when, where, with what.

    It reads the container and the messages between the coded pictures: MP4, MOV, 3GP, Matroska
    and WebM box by box. Of other containers, such as AVI, it reads the tags, and never calls them
    clean: exiftool reads more of them. The exit code is 0 if FILE is clean, and 11 if it is not.
    """
    result = inspect_file(file)
    if as_json:
        tell_json(_as_json(result))
    else:
        _say(result, verbose)
    return int(ExitCode.DONE if result.clean else ExitCode.CHECK_FAILED)


def _as_json(result: Inspection) -> dict[str, object]:
    return {
        "file": readable(result.path.name),
        "container": result.container,
        "clean": result.clean,
        "walked": result.walked,
        "findings": [asdict(f) for f in result.found],
        "generic": list(result.generic),
        "packets": result.packets,
        "file_changed": result.changed and result.changed.isoformat(),
    }


def _say(result: Inspection, verbose: bool) -> None:
    for finding in result.found:
        times = f"  (×{finding.count})" if finding.count > 1 else ""
        tell(f"{finding.kind:<13} {finding.where}: {finding.value}{times}")
    if verbose:
        for text in result.generic:
            tell(f"{'names nobody':<13} {text}")
    if result.clean:
        tell(
            f"clean: nothing in {result.path.name} says who made it ({result.packets} packets "
            "read). Its name and the times that the file system keeps are not part of the file."
        )
    else:
        tell(f"{counted(len(result.found), 'finding')} in {result.path.name}")
    if not result.walked:
        tell(
            "Of a container of this kind only tags, streams and messages were read. To see all of "
            "it, use exiftool: exiftool -a -G1 -s -ee FILE"
        )


@click.command(context_settings=HELP)
@options.json_option
def doctor(as_json: bool) -> int:
    """Say what this installation has and lacks, and try it on a tiny video of its own.

    The video is opened, decoded, searched, drawn on and encoded. Nothing is downloaded and no
    network is used. The exit code is 0 if faces, plates, heads and people can be hidden, 6 if a
    model that this needs is missing or damaged, 7 if a library is, and another one if the trial
    fails.
    """
    report = examine()
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        _print(report)
    return int(report["exit_code"])


def examine() -> dict[str, Any]:
    """Everything that `doctor` says, as JSON values."""
    from ..detection import describe_devices, describe_models
    from ..media import describe_encoders
    from ..record import library_versions
    from .trial import try_stages

    models = describe_models()
    problems = {target: _problem(target) for target in SEARCHED}
    first = next((p for p in problems.values() if p is not None), None)
    # Without a model or a library there is nothing to try.
    tried = [] if first is not None else list(try_stages())
    failed = next((t for t in tried if t.error is not None), None)
    if failed is not None:
        first = failed.error
    return {
        "redact": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": library_versions(),
        "models": [asdict(model) for model in models],
        "engine": "onnxruntime",
        "devices": describe_devices(),
        "encoders": describe_encoders(),
        "trial": {t.stage: "" if t.error is None else t.error.message for t in tried},
        "ready": first is None,
        "ready_for": [t.word for t, p in problems.items() if p is None and failed is None],
        "problem": "" if first is None else first.message,
        "hint": "" if first is None else first.hint,
        "exit_code": int(ExitCode.DONE if first is None else first.exit_code),
    }


def _problem(target: Target) -> RedactError | None:
    """What stops every run that looks for `target`, None if nothing does."""
    from ..auditing import require_detectors

    try:
        require_detectors((target,))
    except RedactError as error:
        return error
    return None


def _print(report: dict[str, Any]) -> None:
    console = PlainConsole()
    console.print(f"redact {report['redact']}, Python {report['python']}, {report['system']}")
    table = Table("model", "state", "needed for", "SHA-256", box=None, pad_edge=False)
    for model in report["models"]:
        table.add_row(model["name"], model["state"], model["needed_for"], model["sha256"][:16])
    console.print(table)
    for name, state in report["devices"].items():
        console.print(f"device {name}: {state}")
    for name, state in report["encoders"].items():
        console.print(f"encoder {name}: {state}")
    for stage, wrong in report["trial"].items():
        console.print(f"trial {stage}: {wrong or 'works'}", soft_wrap=True)
    libraries = ", ".join(f"{k} {v}" for k, v in report["libraries"].items())
    console.print(f"libraries: {libraries}")
    if report["ready"]:
        console.print("ready")
    else:
        console.print(f"not ready: {report['problem']}", soft_wrap=True)
        console.print(report["hint"], soft_wrap=True)
