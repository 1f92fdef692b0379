"""What stands at the foot of every printed page: case, exhibit, file, page x of y."""

from __future__ import annotations

import re

from ..evidence import Manifest
from ..types import readable
from .catalogue import Catalogue


def page_style(manifest: Manifest, text: Catalogue) -> str:
    """CSS (Paged Media, css-page-3) for browsers and other printers of HTML."""
    case = manifest.case
    named = (case.case, case.exhibit, manifest.source.name)
    left = " · ".join(part for part in named if part)
    pages = re.split(r"(\{pages?\})", text("title.page"))
    counters = {"{page}": "counter(page)", "{pages}": "counter(pages)"}
    right = " ".join(counters.get(part) or _quoted(part) for part in pages if part)
    foot = 'font: 8pt "DejaVu Sans", Arial, sans-serif; color: #5b6570;'
    return (
        f"@page {{ @bottom-left {{ content: {_quoted(left)}; {foot} }}\n"
        f"  @bottom-right {{ content: {right}; {foot} }} }}\n"
    )


def _quoted(words: str) -> str:
    """A CSS string. All but letters and digits is escaped: names come from outside."""
    escaped = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in readable(words))
    return f'"{"".join(escaped)}"'
