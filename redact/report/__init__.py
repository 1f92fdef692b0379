"""The report for people: HTML and CSV from a manifest, in English and French."""

from .case import MARK as CASE_MARK
from .case import case_page
from .catalogue import Catalogue
from .exemptions import exemption_csv
from .html import render_report, report_html
from .paper import as_pdf, require_pdf
from .timeline import timeline_svg

__all__ = [
    "CASE_MARK",
    "Catalogue",
    "as_pdf",
    "case_page",
    "exemption_csv",
    "render_report",
    "report_html",
    "require_pdf",
    "timeline_svg",
]
