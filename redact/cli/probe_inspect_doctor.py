"""Commands that only tell: `redact probe`, what is in a file, what is kept and what is dropped;
`redact inspect`, what in it tells who made it; `redact doctor`, what this installation has and
lacks.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from .. import __version__
from ..errors import DependencyError, ExitCode, RedactError
from ..inspect import Inspection, inspect_file
from ..media import SourceInfo, default_output
from ..media import probe as probe_source
from ..progress import About
from ..types import SEARCHED, Target, clock, decimal, readable
from ..words import Message, said, say, told, word
from . import options
from .app import HELP, PATH
from .terminal import PlainConsole, tell, tell_json

if TYPE_CHECKING:
    from ..detection import ModelState
    from .trial import Tried


@click.command(context_settings=HELP)
@options.source_argument
@options.json_option
def probe(source: Path, as_json: bool) -> int:
    """`redact probe`."""
    info = probe_source(source)
    if as_json:
        print(json.dumps(describe(info), indent=1))
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
        table.add_row(drop, item.where, what)
    head = say("probe_head", path=info.path, container=info.container, size=info.size)
    console.print(head, soft_wrap=True)
    console.print(_length(info))
    console.print(table)
    for warning in info.warnings:
        console.print(f"{say('note')} {said(warning)}", soft_wrap=True)
    console.print(say("default_output", path=default_output(info)), soft_wrap=True)
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
        count = say("frames_unknown")
    else:
        count = say("frames_about" if isinstance(frames, About) else "frames", count=int(frames))
    length = say("length_unknown") if info.duration is None else clock(float(info.duration))
    return f"{length}, {count}"


def _video_words(info: SourceInfo) -> list[str]:
    video = describe(info)["video"]
    rate = "?" if info.video.rate is None else decimal(info.video.rate)
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
@click.argument("file", type=PATH)
@click.option("--json", "as_json", is_flag=True)
@click.option("-v", "--verbose", is_flag=True)
def inspect(file: Path, as_json: bool, verbose: bool) -> int:
    """`redact inspect`."""
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
        tell(say("inspect_clean", name=result.path.name, packets=result.packets))
    else:
        tell(say("inspect_found", count=len(result.found), name=result.path.name))
    if not result.walked:
        tell(say("inspect_partly"))


@click.command(context_settings=HELP)
@options.json_option
def doctor(as_json: bool) -> int:
    """`redact doctor`."""
    found = examine()
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        _print(found)
    return int(found.exit_code)


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything that `doctor` says.

    Attributes:
        trial: stages that were tried; none where a model or a library is missing.
        problem: what stops a run, the first of all; None if nothing does.
        ready_for: words of the targets that can be hidden.
    """

    models: list[ModelState]
    devices: dict[str, DependencyError | None]
    encoders: dict[str, str | Message]
    libraries: dict[str, str]
    trial: list[Tried]
    problem: RedactError | None
    ready_for: list[str]

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.DONE if self.problem is None else self.problem.exit_code

    def to_json(self) -> dict[str, Any]:
        """As JSON values, in English."""
        return {
            "redact": __version__,
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "libraries": self.libraries,
            "models": [asdict(m) for m in self.models],
            "engine": "onnxruntime",
            "devices": {n: "ok" if e is None else e.message for n, e in self.devices.items()},
            "encoders": {name: str(state) for name, state in self.encoders.items()},
            "trial": {t.stage: "" if t.error is None else t.error.message for t in self.trial},
            "ready": self.problem is None,
            "ready_for": self.ready_for,
            "problem": "" if self.problem is None else self.problem.message,
            "hint": "" if self.problem is None else self.problem.hint,
            "exit_code": int(self.exit_code),
        }


def examine() -> Installation:
    """Look at models, libraries and devices, and try them on a tiny video."""
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
    return Installation(
        models,
        describe_devices(),
        describe_encoders(),
        library_versions(),
        tried,
        first,
        [t.word for t, p in problems.items() if p is None and failed is None],
    )


def _problem(target: Target) -> RedactError | None:
    """What stops every run that looks for `target`, None if nothing does."""
    from ..auditing import require_detectors

    try:
        require_detectors((target,))
    except RedactError as error:
        return error
    return None


_COLUMNS = ("model", "state", "needed_for", "sha256")


def _print(found: Installation) -> None:
    console = PlainConsole()
    system = f"{platform.system()} {platform.machine()}"
    console.print(f"redact {__version__}, Python {platform.python_version()}, {system}")
    table = Table(*(word("model_column", c) for c in _COLUMNS), box=None, pad_edge=False)
    for model in found.models:
        state, use = word("model_state", model.state), word("needed_for", model.needed_for)
        table.add_row(model.name, state, use, model.sha256[:16])
    console.print(table)
    for name, error in found.devices.items():
        console.print(say("device_is", name=name, state=error or "ok"))
    for name, encoder in found.encoders.items():
        console.print(say("encoder_is", name=name, state=encoder))
    for tried in found.trial:
        how = say("trial_works") if tried.error is None else told(tried.error)[0]
        console.print(say("trial_is", stage=tried.stage, how=how), soft_wrap=True)
    console.print(say("libraries", names=", ".join(f"{k} {v}" for k, v in found.libraries.items())))
    if found.problem is None:
        console.print(say("ready"))
        return
    message, hint = told(found.problem)
    console.print(say("not_ready", why=message), soft_wrap=True)
    console.print(hint, soft_wrap=True)
