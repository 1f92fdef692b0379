"""Hook of MkDocs: makes the pages that lie beside the code pages of the site, too.

On a forge, a page links to code and to pages beside it by paths in the repository. The site knows
only what lies in `docs/`. So the pages in `BESIDE` are added under `project/`, links between pages
follow them there, and links to code become the path in words, since the site holds no code.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]

BESIDE = {
    "SECURITY.md": "project/security.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changes.md",
    "samples/CREDITS.md": "project/credits.md",
    "redact/models/MODEL_CARD.md": "project/model-cards.md",
    "lab/README.md": "project/laboratory.md",
    "lab/real/README.md": "project/real.md",
    "lab/leak/README.md": "project/leak.md",
    "lab/attack/README.md": "project/attack.md",
    "lab/audit/README.md": "project/audit.md",
}
"""Path in the repository to path in the site."""

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie beside the code."""
    for source, page in BESIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Make the links of one page those of the site."""
    here = page.file.src_uri
    in_repository = {site: path for path, site in BESIDE.items()}.get(here, f"docs/{here}")
    return _LINK.sub(lambda link: _moved(link, here, in_repository), markdown)


def _moved(link: re.Match[str], here: str, in_repository: str) -> str:
    words, target, anchor = link[1], link[2], link[3] or ""
    path = os.path.normpath(PurePosixPath(in_repository).parent / target)
    if not (ROOT / path).exists():
        raise PluginError(f"{in_repository}: links to {target}, which is not there")
    if path in BESIDE:
        page = BESIDE[path]
    elif path.startswith("docs" + os.sep) and (ROOT / path).is_file():
        page = path.removeprefix("docs" + os.sep)
    else:
        told = path.endswith(words.strip("`"))
        return f"`{path}`" if told else f"{words} (`{path}`)"
    relative = os.path.relpath(page, PurePosixPath(here).parent)
    return f"[{words}]({PurePosixPath(relative)}{anchor})"
