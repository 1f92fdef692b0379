"""The report on paper: what stands at the foot of every page, and the report as PDF.

PDF needs WeasyPrint (the extra `redact-footage[pdf]`).
"""

from __future__ import annotations

import importlib
import re
from typing import Any, NoReturn

from ..errors import DependencyError
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


def require_pdf() -> Any:
    """The module. Raises DependencyError where it cannot be used."""
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: a library of the system is missing
        raise DependencyError(
            f"--pdf needs WeasyPrint, which cannot be loaded ({error})",
            "pip install 'redact-footage[pdf]', or print the HTML report from a browser.",
        ) from error


def as_pdf(page: bytes) -> bytes:
    """A report (HTML, as `report_html` makes it) as PDF. Nothing is fetched from anywhere.

    Raises:
        DependencyError: WeasyPrint cannot be used.
    """
    weasyprint = require_pdf()
    document = weasyprint.HTML(string=page.decode("utf-8"), url_fetcher=_refuse)
    data: bytes = document.write_pdf(presentational_hints=False)
    return data


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"{url}: a report loads nothing")
