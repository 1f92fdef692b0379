"""The report as PDF, where WeasyPrint is installed (the extra `redact-footage[pdf]`)."""

from __future__ import annotations

import importlib
from typing import Any, NoReturn

from ..errors import DependencyError


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
