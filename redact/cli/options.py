"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..detection import DEVICES, on_device
from ..errors import UsageError
from ..media import CODECS, WEB, presets_of
from ..settings import (
    Audio,
    Caution,
    Corner,
    Damaged,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Settings,
    Stamp,
    Style,
)
from ..types import SEARCHED, USUAL, Target, apart
from .app import remember_sources
from .search_options import preview_flags, scope_of, scope_options
from .terminal import Terminal

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

RELEASE_STYLES = [s.value for s in Style if s.value != "outline"]


class TargetsType(click.ParamType[tuple[Target, ...]]):
    """A comma-separated list of targets, in the plural or as plans name them."""

    name = "targets"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Target, ...]:
        if isinstance(value, tuple):
            return value
        words = [w.strip().lower() for w in str(value).split(",") if w.strip()]
        known = {w: t for t in SEARCHED for w in (t.spec.option, t.word)}
        for word in words:
            if word not in known:
                there = ", ".join(t.spec.option for t in SEARCHED)
                self.fail(f"{word!r} is not one of {there}", param, ctx)
        if not words:
            self.fail("name at least one target", param, ctx)
        return apart(known[word] for word in words)


class ColourType(click.ParamType[tuple[int, int, int]]):
    """A colour as #rrggbb."""

    name = "#rrggbb"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int, int]:
        if isinstance(value, tuple):
            return value
        text = str(value).removeprefix("#")
        try:
            red, green, blue = bytes.fromhex(text)
        except ValueError:
            self.fail(f"{value!r} is not a colour such as #808080", param, ctx)
        return red, green, blue


def _all(*options: Decorator) -> Decorator:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


source_argument = click.argument(
    "source", type=click.Path(path_type=Path), callback=remember_sources
)
plan_argument = click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
margin_option = click.option(
    "--margin",
    type=click.FloatRange(0, 2),
    default=RenderSettings().margin,
    show_default=True,
    help="Added to every side of a box, as a share of its size.",
)
"""Of commands that draw a plan without the other options of a result."""

sources_argument = click.argument(
    "sources",
    type=click.Path(path_type=Path),
    nargs=-1,
    required=True,
    callback=remember_sources,
)


def _use_device(context: click.Context, _: click.Parameter, value: str) -> str:
    """Callback of --device: all networks of the command are opened there.

    Raises:
        DependencyError: it does not work here.
    """
    if not context.resilient_parsing:
        context.with_resource(on_device(value, Terminal().warn))
    return value


device_option = click.option(
    "--device",
    type=click.Choice(DEVICES),
    default=DEVICES[0],
    show_default=True,
    callback=_use_device,
    help="What the face and plate networks run on. auto takes an accelerator that the installed "
    "onnxruntime was built for, and says so if it does not work. One that is named must work. "
    "'redact doctor' lists them.",
)

detect_options = _all(
    device_option,
    click.option(
        "--targets",
        type=TargetsType(),
        default=",".join(t.spec.option for t in USUAL),
        show_default=True,
        help="What to hide, with commas: faces, plates, heads (from every side, also without a "
        "face), people (whole bodies). Who hides heads hides their faces with them, and who hides "
        "people both.",
    ),
    click.option(
        "--sensitivity",
        type=click.Choice([s.value for s in Sensitivity]),
        default=Sensitivity.BALANCED.value,
        show_default=True,
        help="How hard to look. balanced looks about seven times a second, and in every frame "
        "where something is new, fast or lost; in the other frames it follows what it saw. "
        "fast looks as often, at smaller pictures. thorough looks at every frame,"
        " for faces also with the picture tilted; it also hides more that is neither face "
        "nor plate. The record says how many frames were looked at.",
    ),
    click.option(
        "--caution",
        type=click.Choice([c.value for c in Caution]),
        default=Caution.NORMAL.value,
        show_default=True,
        help="How readily something is hidden that may be no face or plate: high hides more that "
        "is neither, low leaves more faces and plates visible.",
    ),
    click.option(
        "--damage",
        type=click.Choice([d.value for d in Damaged]),
        default=Damaged.HOLD.value,
        show_default=True,
        help="What to do where parts of the video are missing or damaged. hold searches what "
        "players show there, and holds masks enlarged; a picture that is broken itself is hidden "
        "whole. hide hides the whole picture wherever damage lasts, or no mask is near.",
    ),
    *scope_options,
    click.option(
        "--without-centerface",
        is_flag=True,
        help="Leave out CenterFace, a face network made by others, in the search and in the "
        "check. Fewer faces are found.",
    ),
    click.option(
        "--detector",
        default="",
        metavar="NAME",
        help="Search with this detector, which another installed package brings, instead of "
        "redact's own networks. The check of the result uses redact's own all the same.",
    ),
)

preview_options = _all(*preview_flags)

stamp_flags = (
    click.option(
        "--stamp",
        default="",
        metavar="TEXT",
        help="Write TEXT, such as 'redacted copy, case 24-117', small in a corner of every "
        "picture, but never on a mask. What lies behind it is not seen.",
    ),
    click.option(
        "--stamp-corner",
        type=click.Choice([c.value for c in Corner]),
        default=Corner.BOTTOM_RIGHT.value,
        show_default=True,
        help="The corner of the stamp; choose one without a clock.",
    ),
)

render_options = _all(
    click.option(
        "--style",
        type=click.Choice(RELEASE_STYLES),
        default=RenderSettings().style_name,
        show_default=True,
        help="How masks look. No style uses a pixel of what it hides.",
    ),
    click.option(
        "--margin",
        type=click.FloatRange(0, 2),
        default=RenderSettings().margin,
        show_default=True,
        help="Added to every side of a box, as a share of its size.",
    ),
    click.option(
        "--color",
        "colour",
        type=ColourType(),
        default="#808080",
        show_default=True,
        help="Colour of the solid style.",
    ),
    click.option(
        "--label",
        default="",
        help="Text on masks of the styles cover and solid. {track} stands for the track's "
        "number, {target} for its kind, as face or plate.",
    ),
    *stamp_flags,
)

encode_options = _all(
    click.option(
        "--audio",
        type=click.Choice([a.value for a in Audio]),
        default=Audio.KEEP.value,
        show_default=True,
        help="Keep or drop the sound. Voices identify people.",
    ),
    click.option(
        "--codec",
        type=click.Choice([c for c in CODECS if c != WEB]),
        default="auto",
        show_default=True,
        help="Video codec; 'redact doctor' lists those that work here.",
    ),
    click.option(
        "--for-web",
        is_flag=True,
        help="Write what every browser plays: H.264 in MP4, 8 bits 4:2:0. HDR is brought into the "
        "range of usual screens, sound becomes AAC.",
    ),
    click.option(
        "--crf",
        type=click.IntRange(0, 63),
        help="Quality: a lower number is better and makes a larger file.",
    ),
    click.option(
        "--preset", help="Speed of the encoder: ultrafast to veryslow, or a number for vp9 and av1."
    ),
    click.option(
        "--copy-untouched",
        is_flag=True,
        help="Copy the stretches in which nothing is hidden bit for bit instead of encoding them "
        "anew (H.264 in MP4, MOV and MKV). The record says which, and 'redact verify' checks them.",
    ),
)

force_option = click.option("--force", is_flag=True, help="Replace an output that exists.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Say more about what was done.")


def detect_settings(params: dict[str, Any]) -> DetectSettings:
    return DetectSettings(
        params["targets"],
        Sensitivity(params["sensitivity"]),
        not params["without_centerface"],
        params["detector"],
        caution=Caution(params["caution"]),
        scope=scope_of(params),
        damaged=Damaged(params["damage"]),
    )


def render_settings(params: dict[str, Any]) -> RenderSettings:
    """Raises UsageError where an option would have no effect on what is drawn."""
    style = Style(params["style"])
    context = click.get_current_context()
    for name, option, shown_by in (
        ("label", "--label", (Style.COVER, Style.SOLID)),
        ("colour", "--color", (Style.SOLID,)),
    ):
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and style not in shown_by:
            raise UsageError(
                f"{option} does nothing with --style {style.value}",
                f"Add --style {shown_by[-1].value}.",
            )
    return RenderSettings(
        style, params["margin"], params["colour"], params["label"], stamp=_stamp(params)
    )


def _stamp(params: dict[str, Any]) -> Stamp | None:
    """Raises UsageError for a corner without a stamp."""
    text, where = params["stamp"], click.get_current_context().get_parameter_source("stamp_corner")
    if text:
        return Stamp(text, Corner(params["stamp_corner"]))
    if where is ParameterSource.COMMANDLINE:
        raise UsageError("--stamp-corner does nothing without --stamp", "Add --stamp TEXT.")
    return None


def encode_settings(params: dict[str, Any]) -> EncodeSettings:
    """Raises UsageError for a preset that the codec does not have, and for options that contradict
    each other."""
    codec, preset = params["codec"], params["preset"]
    if params["for_web"]:
        if codec not in ("auto", "h264", WEB):
            raise UsageError(f"--for-web writes H.264, not {codec}", "Leave out --codec.")
        if params["copy_untouched"]:
            raise UsageError(
                "--for-web and --copy-untouched exclude each other",
                "Leave one of them out: what is copied may not play in every browser.",
            )
        codec = WEB
    presets = presets_of(codec)
    if preset is not None and presets and preset not in presets:
        whose = "" if codec == "auto" else f" of {codec}"
        raise UsageError(f"--preset {preset}: is not a preset{whose}", f"Use {', '.join(presets)}.")
    return EncodeSettings(
        codec,
        params["crf"],
        params["preset"],
        Audio(params["audio"]),
        params["copy_untouched"],
    )


def all_settings(params: dict[str, Any]) -> Settings:
    return Settings(detect_settings(params), render_settings(params), encode_settings(params))
