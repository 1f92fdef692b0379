"""The device is chosen by name; an unavailable one ends the command at once."""

from __future__ import annotations

import json
from pathlib import Path

from redact.detection.device import PROVIDERS

from .conftest import call


def test_doctor_lists_devices_and_commands_refuse_what_is_missing(tmp_path: Path) -> None:
    report = json.loads(call("doctor", "--json").stdout)
    assert report["devices"]["cpu"] == "ok"
    missing = next(name for name in PROVIDERS if name not in report["devices"])
    done = call("detect", "samples/street.mp4", "-o", tmp_path / "p.json", "--device", missing)
    assert done.returncode == 7 and f"--device {missing}" in done.stderr
    assert "Traceback" not in done.stderr and "Warning" not in done.stderr
    assert done.stderr.startswith(f"error: --device {missing}: does not work here (onnxruntime")
