"""`redact doctor`: what this installation has, and what it lacks."""

from __future__ import annotations

import json
import platform
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from .. import __version__
from ..auditing import require_detectors
from ..errors import ExitCode, RedactError
from ..types import OWN, Target
from . import options
from .app import HELP


@click.command(context_settings=HELP)
@options.json_option
def doctor(as_json: bool) -> int:
    """Say what this installation has and lacks: versions, models, engines, encoders.

    Nothing is downloaded and no network is used. The exit code is 0 if both faces and plates can be
    hidden, 6 if a model that this needs is missing or damaged, and 7 if a library is.
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
    from ..evidence import library_versions
    from ..media import describe_encoders

    models = describe_models()
    problems = {target: _problem(target) for target in OWN}
    first = next((p for p in problems.values() if p is not None), None)
    return {
        "redact": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "libraries": library_versions(),
        "models": [
            {
                "name": m.name,
                "file": m.file,
                "sha256": m.sha256,
                "state": m.state,
                "needed_for": m.needed_for,
                "required": m.required,
                "how_to_get": m.how_to_get,
            }
            for m in models
        ],
        "engine": "onnxruntime",
        "devices": describe_devices(),
        "encoders": describe_encoders(),
        "ready": first is None,
        "ready_for": [target.word for target, p in problems.items() if p is None],
        "problem": "" if first is None else first.message,
        "hint": "" if first is None else first.hint,
        "exit_code": int(ExitCode.DONE if first is None else first.exit_code),
    }


def _problem(target: Target) -> RedactError | None:
    """What stops every run that looks for `target`, None if nothing does."""
    try:
        require_detectors((target,))
    except RedactError as error:
        return error
    return None


def _print(report: dict[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"redact {report['redact']}, Python {report['python']}, {report['system']}")
    table = Table("model", "state", "needed for", "SHA-256", box=None, pad_edge=False)
    for model in report["models"]:
        table.add_row(model["name"], model["state"], model["needed_for"], model["sha256"][:16])
    console.print(table)
    for name, state in report["devices"].items():
        console.print(f"device {name}: {state}")
    for name, state in report["encoders"].items():
        console.print(f"encoder {name}: {state}")
    libraries = ", ".join(f"{k} {v}" for k, v in report["libraries"].items())
    console.print(f"libraries: {libraries}")
    if report["ready"]:
        console.print("ready")
    else:
        console.print(f"not ready: {report['problem']}\n{report['hint']}", soft_wrap=True)
