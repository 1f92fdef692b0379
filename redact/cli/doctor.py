"""`redact doctor`: what this installation has, and what it lacks."""

from __future__ import annotations

import json
import platform
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from .. import __version__
from ..errors import ExitCode
from . import options


@click.command()
@options.json_option
def doctor(as_json: bool) -> int:
    """Say what this installation has and lacks: versions, models, engines, encoders.

    Nothing is downloaded and no network is used. The exit code is 6 where a model that
    'balanced' needs is missing or damaged.
    """
    report = examine()
    if as_json:
        print(json.dumps(report, indent=1))
    else:
        _print(report)
    return int(ExitCode.DONE if report["ready"] else ExitCode.MODEL)


def examine() -> dict[str, Any]:
    """Everything that `doctor` says, as JSON values."""
    from ..detect import describe_models
    from ..evidence import library_versions
    from ..media import describe_encoders

    models = describe_models()
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
                "how_to_get": m.how_to_get,
            }
            for m in models
        ],
        "engine": "onnxruntime, processor",
        "encoders": describe_encoders(),
        "ready": all(m.state == "ok" for m in models if "balanced" in m.needed_for),
    }


def _print(report: dict[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"redact {report['redact']}, Python {report['python']}, {report['system']}")
    table = Table("model", "state", "needed for", "SHA-256", box=None, pad_edge=False)
    for model in report["models"]:
        table.add_row(model["name"], model["state"], model["needed_for"], model["sha256"][:16])
    console.print(table)
    for model in report["models"]:
        if model["state"] != "ok":
            console.print(f"{model['name']} is {model['state']}: {model['how_to_get']}")
    console.print(f"engine: {report['engine']}; GPU: not used")
    for name, state in report["encoders"].items():
        console.print(f"encoder {name}: {state}")
    libraries = ", ".join(f"{k} {v}" for k, v in report["libraries"].items())
    console.print(f"libraries: {libraries}")
    console.print("ready" if report["ready"] else "not ready: see above")
