"""Settings as a record holds them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import PlanError
from ..evidence import settings_as_json
from ..settings import (
    Audio,
    Caution,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Settings,
    Style,
)
from ..types import Box, Scope, Target


def settings_from_json(value: Mapping[str, Any], where: str) -> Settings:
    """Inverse of `settings_as_json`. Raises PlanError that names `where`."""
    try:
        detect, render, encode = value["detect"], value["render"], value["encode"]
        red, green, blue = render["colour"]
        return Settings(
            DetectSettings(
                tuple(Target.from_word(word) for word in detect["targets"]),
                Sensitivity(detect["sensitivity"]),
                bool(detect.get("centerface", True)),
                str(detect.get("detector", "")),
                caution=Caution(detect.get("caution", Caution.NORMAL)),
                scope=_scope(detect.get("scope", {})),
            ),
            RenderSettings(
                Style(render["style"]),
                float(render["margin"]),
                (int(red), int(green), int(blue)),
                str(render["label"]),
                notice=str(render.get("notice", "")),
            ),
            EncodeSettings(
                str(encode["codec"]), encode["crf"], encode["preset"], Audio(encode["audio"])
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PlanError(
            f"{where}: the settings in it are not readable ({error})", "Run 'redact run' again."
        ) from error


def _scope(value: Mapping[str, Any]) -> Scope:
    return Scope(
        tuple((float(a), float(b)) for a, b in value.get("between", ())),
        tuple(Box(*map(float, area)) for area in value.get("ignored", ())),
        tuple(Box(*map(float, area)) for area in value.get("only", ())),
    )


def differences(before: Mapping[str, Any], now: Settings) -> list[str]:
    """Names of settings that differ from those on record, for example "style"."""
    then, today = _flat(before), _flat(json.loads(json.dumps(settings_as_json(now))))
    names = sorted(key for key in then.keys() | today.keys() if then.get(key) != today.get(key))
    return [name.rpartition(".")[2] for name in names]


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping):
            flat |= _flat(item, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = item
    return flat
