"""The report for people: HTML and CSV from a manifest, in English and French."""

from .catalogue import LANGUAGES, Catalogue
from .exemptions import exemption_csv
from .html import render_report, report_html
from .timeline import timeline_svg

__all__ = [
    "LANGUAGES",
    "Catalogue",
    "exemption_csv",
    "render_report",
    "report_html",
    "timeline_svg",
]
