"""Reports for people: HTML, PDF and CSV made from a manifest, in English or French."""

from .case_index import PAGE_MARK as CASE_MARK
from .case_index import case_page, in_one_line, verdict, who_is_hidden, why_not
from .exemptions import exemption_csv
from .pages import (
    as_pdf,
    marked_report,
    render_report,
    report_beside,
    report_html,
    report_path,
    require_pdf,
)
from .report_words import ReportWords, census_in_words
