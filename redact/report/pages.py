"""Renders a report as one HTML file, also for print, and as PDF.

It has no scripts and no external resources, and everything in it is escaped. PDF needs WeasyPrint
(the extra `redact-footage[pdf]`).
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ..errors import DependencyError
from ..files import RECORD, is_own, own_mark, write_whole
from ..formats.containers import read_as
from ..formats.photographs import PHOTOGRAPH_KINDS
from ..record import (
    CheckResult,
    Manifest,
    RemovedPart,
    check_output,
    dump_manifest,
    manifest_path,
    parse_manifest,
    sha256_of_bytes,
)
from ..types import readable
from ..words import FALLBACK, problem
from .exemptions import exemption_csv, log_parts, sound_entries, withheld_rows
from .report_words import ReportWords
from .summary import (
    audit_view,
    case_parts,
    check_command,
    legend,
    may_be_open,
    per_kind,
    record_words,
    reviewed,
    summary_parts,
)
from .timeline import drawn_subjects, timeline_svg


def report_html(
    manifest: Manifest,
    language: str = FALLBACK,
    data: bytes | None = None,
    record: CheckResult | None = None,
) -> bytes:
    """The report on a manifest, as UTF-8 HTML.

    Args:
        manifest: to report on.
        language: one of `redact.words.LANGUAGES`.
        data: bytes of the manifest's file, whose hash the report states; None for those of
            `dump_manifest`.
        record: result of checking the record, None if it was not checked. If it failed, the report
            says so at the top, in red.
    """
    text = ReportWords(language)
    own = dump_manifest(manifest) if data is None else data
    return render_report(manifest, text, own, record)


def render_report(
    manifest: Manifest, text: ReportWords, data: bytes, record: CheckResult | None = None
) -> bytes:
    """`report_html` with a `ReportWords` of the caller, who can inspect it afterwards."""
    audit = (
        None
        if manifest.audit is None
        else audit_view(
            manifest.audit, text, manifest.findings_accepted, manifest.source.first_seconds
        )
    )
    return rendered(
        "report.html",
        page_style(manifest, text),
        m=manifest,
        t=text,
        **record_words(record, text),
        timeline=Markup(timeline_svg(manifest, text)),  # escapes its own text
        manifest_sha256=sha256_of_bytes(data),
        audit=audit,
        may_be_open=list(may_be_open(manifest, text)),
        **summary_parts(manifest, audit, text),
        **case_parts(manifest, text),
        legend=legend(manifest, text),
        drawn=len(drawn_subjects(manifest)),
        all_subjects=len({t.subject or t.track for t in manifest.tracks}),
        per_kind=list(per_kind(manifest, text)),
        withheld=withheld_rows(manifest, text),
        sounds=list(sound_entries(manifest, text)),
        review=reviewed(manifest, text),
        **log_parts(manifest, text),
        command=shlex.join(manifest.run.command),
        check_command=check_command(manifest, text),
        photograph=manifest.source.container in PHOTOGRAPH_KINDS,
        container=read_as(manifest.source.container).label,
        settings=list(_flat(manifest.run.settings)),
        limits=[_limit(limit.code, limit.detail, text) for limit in manifest.not_checked],
        notes=list(map(text.said, manifest.notes)),
        said=[
            (text(f"limits.{name}"), list(lines))
            for name, lines in (
                ("warnings", map(text.warning, manifest.warnings)),
                ("removed", (_removed(part, text) for part in manifest.removed)),
            )
        ],
    )


def _bound(words: str) -> str:
    """Put no-break spaces into references to articles and sections: "art. 15, § 4"."""
    return re.sub(
        r"(\bart\.|§|\bn°|\bno\.) (?=\w)|(?<=\d,) (?=§)", lambda m: f"{m[1] or ''}\u00a0", words
    )


def rendered(template: str, style: str = "", **values: Any) -> bytes:
    """Render a template to UTF-8 HTML; `style` is CSS in addition to the report's. All values are
    escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["bound"] = _bound
    style = Markup(_resource("report.css") + style)
    page = environment.from_string(_resource(template)).render(style=style, **values)
    # Lone surrogates, from file names that are not UTF-8, cannot be encoded.
    return page.encode("utf-8", "replace")


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath("template", name).read_text("utf-8")


def _limit(code: str, detail: str, text: ReportWords) -> str:
    key = f"limits.{code}"
    if key in text.entries:
        return text(key, detail=detail)
    return text("limits.unknown", code=code, detail=detail)


def _removed(part: RemovedPart, text: ReportWords) -> str:
    """Words for a removed part: "stream 2: data: time code inside the video"."""
    where = (
        text("limits.whole_file")
        if part.stream is None
        else text("limits.stream", number=part.stream)
    )
    what = None if part.what is None else text.said(part.what)
    return text("title.colon").join(filter(None, (where, text.term("dropped", part.kind), what)))


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield settings as pairs such as ("render.style", "cover")."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{key}.")
        elif isinstance(item, list):
            yield f"{prefix}{key}", ", ".join(map(str, item)) or "–"
        else:
            yield f"{prefix}{key}", "–" if item in (None, "") else str(item)


def page_style(manifest: Manifest, text: ReportWords) -> str:
    """CSS (Paged Media, css-page-3) for the footers of printed pages."""
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
    """A CSS string. Everything but ASCII letters and digits is escaped: names come from
    strangers."""
    escaped = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in readable(words))
    return f'"{"".join(escaped)}"'


def require_pdf() -> Any:
    """The module `weasyprint`. Raises DependencyError if it cannot be loaded."""
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:  # OSError: a library of the system is missing
        raise problem(DependencyError, "no_weasyprint", error=error) from error


def as_pdf(page: bytes) -> bytes:
    """Convert a report of `report_html` to PDF, without fetching anything.

    Raises:
        DependencyError: WeasyPrint cannot be loaded.
    """
    weasyprint = require_pdf()
    document = weasyprint.HTML(string=page.decode("utf-8"), url_fetcher=_refuse)
    data: bytes = document.write_pdf(presentational_hints=False)
    return data


def report_beside(output: Path, language: str, *, pdf: bool = False) -> Path:
    """Path of the report beside a result. Report and exemption log are written if needed.

    An existing report is used only if this user's redact made it from this very record; otherwise
    it is written again, because a folder from somebody else may contain any page of that name. The
    log is written again if it is older than the record.

    Args:
        output: the result.
        language: of a report that is written now.
        pdf: PDF instead of HTML.

    Raises:
        RedactError, OSError: there is no record, or the report cannot be made or written.
    """
    record = manifest_path(output)
    place = report_path(output, record, "report.pdf" if pdf else "report.html")
    table = report_path(output, record, "exemptions.csv")
    data = record.read_bytes()
    value = parse_manifest(data, str(record))
    if not _is_own_report(place, data):
        page = report_html(value, language, data, check_output(output))
        write_whole(place, marked_report(as_pdf(page) if pdf else page, data), force=True)
    if not table.exists() or table.stat().st_mtime_ns < record.stat().st_mtime_ns:
        write_whole(table, exemption_csv(value, ReportWords(language)), force=True)
    return place


def report_path(output: Path, record: Path, name: str) -> Path:
    """Path of a report: with its record in the folder of the output; else beside the output."""
    if record.name == RECORD and record == manifest_path(output):
        return record.with_name(name)
    return output.with_name(f"{output.name}.{name}")


def marked_report(report: bytes, manifest: bytes) -> bytes:
    """Append a comment to a report (HTML or PDF) with this user's mark of the report and its
    record.

    Args:
        report: of `report_html` or `as_pdf`.
        manifest: bytes of the record's file.
    """
    mark = own_mark(_marked_part(report, manifest)).encode()
    if report.startswith(b"%PDF"):
        return report.rstrip(b"\n") + b"\n%redact " + mark + b"\n"
    return report.rstrip(b"\n") + b"\n<!--redact " + mark + b"-->\n"


def _marked_part(report: bytes, manifest: bytes) -> bytes:
    return sha256_of_bytes(manifest).encode() + report.rstrip(b"\n")


def _is_own_report(place: Path, manifest: bytes) -> bool:
    try:
        report, _, last = place.read_bytes().rstrip(b"\n").rpartition(b"\n")
    except OSError:
        return False
    mark = last.removeprefix(b"%redact ").removeprefix(b"<!--redact ").removesuffix(b"-->")
    return is_own(_marked_part(report, manifest), mark.decode("ascii", "replace"))


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"{url}: a report loads nothing")
