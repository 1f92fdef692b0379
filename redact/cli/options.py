"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import click

from ..detection import DEVICES, on_device
from ..errors import UsageError
from ..media import CODECS, WEB, presets_of
from ..plan import user_input
from ..record import checked_cuts
from ..settings import (
    Audio,
    Corner,
    Damaged,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Rotate,
    Sensitivity,
    Settings,
    Stamp,
    Style,
)
from ..types import (
    DEFAULT_TARGETS,
    DETECTED_TARGETS,
    LARGEST_MARGIN,
    TEXT_TARGETS,
    Box,
    Scope,
    Target,
    without_nested,
)
from ..words import FALLBACK, problem, say, spoken
from .app import PATH, Decorator, remember_sources, together, typed
from .terminal import Terminal

RELEASE_STYLES = [s.value for s in Style]


def targets(value: str) -> tuple[Target, ...]:
    """A comma-separated list of what detectors find, in the plural or as plans name it."""
    return without_nested(_named(value, DETECTED_TARGETS))


def targets_and_texts(value: str) -> tuple[Target, ...]:
    """A comma-separated list of targets and kinds of text."""
    wanted = _named(value, (*DETECTED_TARGETS, *TEXT_TARGETS))
    searched = wanted.intersection(DETECTED_TARGETS)
    return *(without_nested(searched) if searched else ()), *(
        t for t in TEXT_TARGETS if t in wanted
    )


def _named(value: str, kinds: Sequence[Target]) -> set[Target]:
    words = [w.strip().lower() for w in value.split(",") if w.strip()]
    known = {w: t for t in kinds for w in (t.spec.option, t.word)}
    for word in words:
        if word not in known:
            there = ", ".join(t.spec.option for t in kinds)
            raise click.BadParameter(say("not_one_of", word=word, known=there))
    if not words:
        raise click.BadParameter(say("no_target"))
    return {known[word] for word in words}


def colour(value: str) -> tuple[int, int, int]:
    """A colour as #rrggbb."""
    try:
        red, green, blue = bytes.fromhex(value.removeprefix("#"))
    except ValueError:
        raise click.BadParameter(say("no_colour", value=value)) from None
    return red, green, blue


def seconds(value: str) -> float:
    """A time after the first picture, as `read_clock` reads it."""
    return float(user_input.parse_clock(value))


def area(value: str) -> Box:
    """An area from left, top, width and height in upright source pixels."""
    try:
        x, y, width, height = map(float, value.split(","))
    except ValueError:
        x = y = width = height = math.nan
    # Written so that NaN fails too: it compares false with everything.
    if not (width > 0 and height > 0 and max(abs(x), abs(y), width, height) < 1e6):
        raise click.BadParameter(say("no_area", value=value))
    return Box(x, y, x + width, y + height)


def choice(flag: str, default: StrEnum, *names: str) -> Decorator:
    """An option that takes the words of an enum; of its other names, one is the parameter's."""
    words = [member.value for member in type(default)]
    return click.option(
        flag, *names, type=click.Choice(words), default=default.value, show_default=True
    )


source_argument = click.argument("source", type=PATH, callback=remember_sources)
plan_argument = click.argument("plan_file", metavar="PLAN", type=PATH)
margin_option = click.option(
    "--margin",
    type=click.FloatRange(0, LARGEST_MARGIN),
    default=RenderSettings().margin,
    show_default=True,
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

cut_option = click.option("--cut", type=seconds, nargs=2, multiple=True, metavar="FROM TO")
detect_options = together(
    click.option(
        "--targets",
        type=targets_and_texts,
        metavar="TARGETS",
        default=",".join(t.spec.option for t in DEFAULT_TARGETS),
        show_default=True,
    ),
    choice("--sensitivity", Sensitivity.BALANCED),
    choice("--damage", Damaged.HOLD),
    choice("--rotate", Rotate.AUTO),
    click.option("--ignore-area", type=area, multiple=True, metavar="LEFT,TOP,WIDTH,HEIGHT"),
    device_option,
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
    click.option(
        "--color",
        "colour",
        type=colour,
        default="#808080",
        show_default=True,
        metavar="#RRGGBB",
    ),
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
)

force_option = click.option("--force", is_flag=True)
json_option = click.option("--json", "as_json", is_flag=True)
verbose_option = click.option("-v", "--verbose", is_flag=True)


def detect_settings(params: dict[str, Any], several_cuts: bool = False) -> DetectSettings:
    """The settings of the search; with `several_cuts`, those of the first."""
    return DetectSettings(
        tuple(t for t in params["targets"] if t in DETECTED_TARGETS),
        Sensitivity(params["sensitivity"]),
        scope=scope_of(params, several_cuts),
        damaged=Damaged(params["damage"]),
        rotate=Rotate(params["rotate"]),
        texts=tuple(t for t in params["targets"] if t in TEXT_TARGETS),
    )


SETTING_OF: Final = {
    "targets": ("targets", "texts"),
    "sensitivity": ("sensitivity",),
    "cut": ("scope",),
    "ignore_area": ("scope",),
    "damage": ("damaged",),
    "rotate": ("rotate",),
}
"""Option of the search → names of the settings that it chooses."""


def chosen_settings() -> tuple[str, ...]:
    """Names of the settings of the search that were given to the command that runs now."""
    return tuple({n: None for option, names in SETTING_OF.items() if typed(option) for n in names})


def cuts_of(params: dict[str, Any]) -> tuple[tuple[float, float], ...]:
    """The excerpts that were asked for, in order of time. Raises UsageError if one ends before it
    begins, or two overlap."""
    return checked_cuts(params.get("cut", ()), "--cut")


def scope_of(params: dict[str, Any], several_cuts: bool = False) -> Scope:
    """The limits that were given; of several excerpts, the first. Raises UsageError where only one
    is made."""
    cuts = cuts_of(params)
    if len(cuts) > 1 and not several_cuts:
        raise problem(UsageError, "one_cut", count=len(cuts))
    return Scope(params["ignore_area"], cuts[0] if cuts else None)


def _label(template: str) -> str:
    """A label that names kinds in the language of the command."""
    own = spoken() != FALLBACK
    return template.replace("{target}", f"{{target:{spoken()}}}") if own else template


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
        style, params["margin"], params["colour"], _label(params["label"]), stamp=_stamp(params)
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
    )


def all_settings(params: dict[str, Any], several_cuts: bool = False) -> Settings:
    return Settings(
        detect_settings(params, several_cuts), render_settings(params), encode_settings(params)
    )
