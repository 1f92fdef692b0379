"""Looking ahead for another machine's run of one long video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ExitCode
from ..media import probe
from ..running import Delivery, dividable, help_run
from ..settings import Settings
from .preparing import final_name, plan_place


def help_one(source: Path, settings: Settings, delivery: Delivery) -> dict[str, Any]:
    """Answer questions of the run of a video until it is done; its result as JSON values.

    Args:
        source, settings, delivery: of the run that is helped. `ranges` of the result is None
            where it is not to be helped: the video is short, or no plan is kept, or others look
            than redact's own networks.

    Raises:
        RedactError: the video cannot be read, or a network does not work.
    """
    info = probe(source)
    place = None if delivery.release else plan_place(final_name(info, delivery), delivery)
    result = {"source": str(source), "exit_code": int(ExitCode.DONE), "state": "helped"}
    if place is None or settings.detect.detector or not dividable(info):
        return result | {"ranges": None}
    return result | {"ranges": help_run(info, settings, place)}
