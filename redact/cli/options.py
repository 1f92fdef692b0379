"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ..errors import UsageError
from ..media import CODECS, presets_of
from ..settings import (
    Audio,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Settings,
    Style,
)
from ..types import Target
from .invocation import remember_sources

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

RELEASE_STYLES = [s.value for s in Style if s.value != "outline"]


class TargetsType(click.ParamType[tuple[Target, ...]]):
    """A comma-separated list of targets."""

    name = "targets"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Target, ...]:
        if isinstance(value, tuple):
            return value
        words = [w.strip().lower() for w in str(value).split(",") if w.strip()]
        known = {t.word: t for t in (Target.FACE, Target.PLATE)}
        for word in words:
            if word not in known:
                self.fail(f"{word!r} is not one of {', '.join(known)}", param, ctx)
        if not words:
            self.fail("name at least one target", param, ctx)
        return tuple(t for w, t in known.items() if w in words)


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
    help="As in 'run'.",
)
"""Of commands that draw a plan without the other options of a result."""

sources_argument = click.argument(
    "sources",
    type=click.Path(path_type=Path),
    nargs=-1,
    required=True,
    callback=remember_sources,
)

detect_options = _all(
    click.option(
        "--targets",
        type=TargetsType(),
        default="face,plate",
        show_default=True,
        help="What to hide: face, plate, or both with a comma.",
    ),
    click.option(
        "--sensitivity",
        type=click.Choice([s.value for s in Sensitivity]),
        default=Sensitivity.BALANCED.value,
        show_default=True,
        help="How hard to look. balanced looks several times a second, and at every frame where "
        "something is new, fast or lost; it follows what it saw through the others, and the record "
        "says how many it looked at. fast looks half as often. thorough looks at every frame, with "
        "a further face detector, and hides more that is no target.",
    ),
    click.option(
        "--without-centerface",
        is_flag=True,
        help="Do without CenterFace, a face network of others, in the audit too. Fewer faces are "
        "found.",
    ),
)

render_options = _all(
    click.option(
        "--style",
        type=click.Choice(RELEASE_STYLES),
        default=Style.BLUR.value,
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
        help="Text on solid masks; {track} is the track's number, {target} what it is.",
    ),
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
        type=click.Choice(CODECS),
        default="auto",
        show_default=True,
        help="Video codec; see 'doctor'.",
    ),
    click.option("--crf", type=click.IntRange(0, 63), help="Quality, lower is better."),
    click.option(
        "--preset", help="Speed of the encoder: ultrafast to veryslow, or a number for vp9 and av1."
    ),
)

force_option = click.option("--force", is_flag=True, help="Replace an output that exists.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Say more about what was done.")


def detect_settings(params: dict[str, Any]) -> DetectSettings:
    return DetectSettings(
        params["targets"], Sensitivity(params["sensitivity"]), not params["without_centerface"]
    )


def render_settings(params: dict[str, Any]) -> RenderSettings:
    """Raises UsageError where an option would have no effect on what is drawn."""
    style = Style(params["style"])
    context = click.get_current_context()
    for name, option in (("label", "--label"), ("colour", "--color")):
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and style is not Style.SOLID:
            raise UsageError(
                f"{option} does nothing with --style {style.value}", "Add --style solid."
            )
    return RenderSettings(
        Style(params["style"]), params["margin"], params["colour"], params["label"]
    )


def encode_settings(params: dict[str, Any]) -> EncodeSettings:
    """Raises UsageError for a preset that the codec does not have."""
    preset, presets = params["preset"], presets_of(params["codec"])
    if preset is not None and presets and preset not in presets:
        whose = "" if params["codec"] == "auto" else f" of {params['codec']}"
        raise UsageError(f"--preset {preset}: is no preset{whose}", f"Use {', '.join(presets)}.")
    return EncodeSettings(params["codec"], params["crf"], params["preset"], Audio(params["audio"]))


def all_settings(params: dict[str, Any]) -> Settings:
    return Settings(detect_settings(params), render_settings(params), encode_settings(params))
