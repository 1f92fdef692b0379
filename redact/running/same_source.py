"""Does a plan belong to the file it is used on?

A plan can be edited by hand. One whose size or time base is not the file's would put its masks
elsewhere, or outside the picture, and nothing would look wrong.
"""

from __future__ import annotations

from ..errors import MismatchError
from ..media import SourceInfo, sha256_of
from ..messages import problem
from ..plan import Plan
from ..progress import Progress


def require_same_source(
    plan: Plan, info: SourceInfo, progress: Progress, digest: str | None = None
) -> str:
    """SHA-256 of the file, hex, if the plan was made for it.

    Args:
        plan, info: of the plan and of the file.
        progress: told while the file is read.
        digest: SHA-256 of the file where it was just taken, so that it is not read again.

    Raises:
        MismatchError: contents, length in bytes, upright size or time base differ.
        InputError: the file cannot be read.
    """
    digest, said = digest or sha256_of(info.path, progress), plan.source
    if digest != said.sha256:
        raise problem(MismatchError, "other_file", path=f"{info.path}", name=said.name)
    width, height = info.video.upright_size
    for field, planned, found in (
        ("size", said.size, info.size),
        ("width", said.width, width),
        ("height", said.height, height),
        ("time_base", said.timeline.time_base, info.video.time_base),
    ):
        if planned != found:
            raise problem(
                MismatchError,
                "other_field",
                path=f"{info.path}",
                field=field,
                planned=f"{planned}",
                found=f"{found}",
            )
    return digest
