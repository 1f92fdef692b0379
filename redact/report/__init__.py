"""The report for people: HTML and CSV from a manifest, in English and French."""

from .catalogue import Catalogue
from .exemptions import exemption_csv
from .pages import MARK as CASE_MARK
from .pages import as_pdf, case_page, render_report, report_html, require_pdf
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
