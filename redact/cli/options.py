"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import click

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
from ..words import problem, say
from .app import PATH, Decorator, remember_sources, together, typed
from .search_options import scope_of, scope_options
from .terminal import Terminal

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
                self.fail(say("not_one_of", word=word, known=there), param, ctx)
        if not words:
            self.fail(say("no_target"), param, ctx)
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
            self.fail(say("no_colour", value=value), param, ctx)
        return red, green, blue


def choice(flag: str, default: StrEnum, *names: str) -> Decorator:
    """An option that takes the words of an enum; of its other names, one is the parameter's."""
    words = [member.value for member in type(default)]
    return click.option(
        flag, *names, type=click.Choice(words), default=default.value, show_default=True
    )


source_argument = click.argument("source", type=PATH, callback=remember_sources)
plan_argument = click.argument("plan_file", metavar="PLAN", type=PATH)
margin_option = click.option(
    "--margin", type=click.FloatRange(0, 2), default=RenderSettings().margin, show_default=True
)

sources_argument = click.argument(
    "sources", type=PATH, nargs=-1, required=True, callback=remember_sources
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
)

detect_options = together(
    device_option,
    click.option(
        "--targets",
        type=TargetsType(),
        default=",".join(t.spec.option for t in USUAL),
        show_default=True,
    ),
    choice("--sensitivity", Sensitivity.BALANCED),
    choice("--caution", Caution.NORMAL),
    choice("--damage", Damaged.HOLD),
    scope_options,
    click.option("--without-centerface", is_flag=True),
    click.option("--detector", default="", metavar="NAME"),
)

stamp_options = together(
    click.option("--stamp", default="", metavar="TEXT"),
    choice("--stamp-corner", Corner.BOTTOM_RIGHT),
)

render_options = together(
    click.option(
        "--style",
        type=click.Choice(RELEASE_STYLES),
        default=RenderSettings().style_name,
        show_default=True,
    ),
    margin_option,
    click.option("--color", "colour", type=ColourType(), default="#808080", show_default=True),
    click.option("--label", default=""),
    stamp_options,
)

encode_options = together(
    choice("--audio", Audio.KEEP),
    click.option(
        "--codec",
        type=click.Choice([c for c in CODECS if c != WEB]),
        default="auto",
        show_default=True,
    ),
    click.option("--for-web", is_flag=True),
    click.option("--crf", type=click.IntRange(0, 63)),
    click.option("--preset"),
    click.option("--copy-untouched", is_flag=True),
)

force_option = click.option("--force", is_flag=True)
json_option = click.option("--json", "as_json", is_flag=True)
verbose_option = click.option("-v", "--verbose", is_flag=True)


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
    for name, option, shown_by in (
        ("label", "--label", (Style.COVER, Style.SOLID)),
        ("colour", "--color", (Style.SOLID,)),
    ):
        if typed(name) and style not in shown_by:
            raise problem(
                UsageError,
                "option_without_style",
                option=option,
                style=style.value,
                other=shown_by[-1].value,
            )
    return RenderSettings(
        style, params["margin"], params["colour"], params["label"], stamp=_stamp(params)
    )


def _stamp(params: dict[str, Any]) -> Stamp | None:
    """Raises UsageError for a corner without a stamp."""
    if params["stamp"]:
        return Stamp(params["stamp"], Corner(params["stamp_corner"]))
    if typed("stamp_corner"):
        raise problem(UsageError, "corner_without_stamp")
    return None


def encode_settings(params: dict[str, Any]) -> EncodeSettings:
    """Raises UsageError for a preset that the codec does not have, and for options that contradict
    each other."""
    codec, preset = params["codec"], params["preset"]
    if params["for_web"]:
        if codec not in ("auto", "h264", WEB):
            raise problem(UsageError, "for_web_codec", codec=codec)
        if params["copy_untouched"]:
            raise problem(UsageError, "for_web_copies")
        codec = WEB
    presets = presets_of(codec)
    if preset is not None and presets and preset not in presets:
        named = ", ".join(presets)
        if codec == "auto":
            raise problem(UsageError, "preset_unknown", preset=preset, presets=named)
        raise problem(UsageError, "preset_of_codec", preset=preset, codec=codec, presets=named)
    return EncodeSettings(
        codec,
        params["crf"],
        params["preset"],
        Audio(params["audio"]),
        params["copy_untouched"],
    )


def all_settings(params: dict[str, Any]) -> Settings:
    return Settings(detect_settings(params), render_settings(params), encode_settings(params))
