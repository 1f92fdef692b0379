"""The pages of a report: one HTML file, the same on paper or as PDF.

No script, no outside resource, escaped throughout. PDF needs WeasyPrint (the extra
`redact-footage[pdf]`).
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
from ..files import is_own, own_mark, write_whole
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
from .exemptions import exemption_csv, log_parts
from .report_words import ReportWords
from .summary import (
    audit_view,
    case_parts,
    check_command,
    legend,
    per_target,
    record_words,
    reviewed,
    summary_parts,
)
from .timeline import drawn_tracks, timeline_svg


def report_html(
    manifest: Manifest,
    language: str = FALLBACK,
    data: bytes | None = None,
    record: CheckResult | None = None,
) -> bytes:
    """The report of a manifest.

    Args:
        manifest: to report on.
        language: one of `redact.words.LANGUAGES`.
        data: the manifest file's own bytes, whose hash the report names; by default those that
            `dump_manifest` gives.
        record: whether the record holds; a report on one that does not says so first, in red. None:
            that was not looked at.
    """
    text = ReportWords(language)
    own = dump_manifest(manifest) if data is None else data
    return render_report(manifest, text, own, record)


def render_report(
    manifest: Manifest, text: ReportWords, data: bytes, record: CheckResult | None = None
) -> bytes:
    """Like `report_html`, with a catalogue that the caller can look into afterwards."""
    audit = (
        None
        if manifest.audit is None
        else audit_view(manifest.audit, text, manifest.findings_accepted)
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
        **summary_parts(manifest, audit, text),
        **case_parts(manifest, text),
        legend=legend(manifest, text),
        drawn=len(drawn_tracks(manifest)),
        per_target=list(per_target(manifest, text)),
        review=reviewed(manifest, text),
        **log_parts(manifest, text),
        command=shlex.join(manifest.run.command),
        check_command=check_command(manifest, text),
        settings=list(_flat(manifest.run.settings)),
        limits=[_limit(limit.code, limit.detail, text) for limit in manifest.not_checked],
        notes=list(map(text.said, manifest.notes)),
        said=[
            (text(f"limits.{name}"), list(lines))
            for name, lines in (
                ("warnings", map(text.said, manifest.warnings)),
                ("removed", (_removed(part, text) for part in manifest.removed)),
            )
        ],
    )


def _bound(words: str) -> str:
    """With references to an article or a section on one line: "art. 15, § 4"."""
    return re.sub(
        r"(\bart\.|§|\bn°|\bno\.) (?=\w)|(?<=\d,) (?=§)", lambda m: f"{m[1] or ''}\u00a0", words
    )


def rendered(template: str, style: str = "", **values: Any) -> bytes:
    """A page from a template, with style besides the usual; whatever the values hold is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["bound"] = _bound
    style = Markup(_resource("report.css") + style)
    page = environment.from_string(_resource(template)).render(style=style, **values)
    # Lone surrogates cannot be encoded; a file name of such bytes must not stop the report.
    return page.encode("utf-8", "replace")


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath("template", name).read_text("utf-8")


def _limit(code: str, detail: str, text: ReportWords) -> str:
    key = f"limits.{code}"
    if key in text.entries:
        return text(key, detail=detail)
    return text("limits.unknown", code=code, detail=detail)


def _removed(part: RemovedPart, text: ReportWords) -> str:
    """What was removed and from where: "stream 2: data: time code inside the video"."""
    where = (
        text("limits.whole_file")
        if part.stream is None
        else text("limits.stream", number=part.stream)
    )
    what = None if part.what is None else text.said(part.what)
    return text("title.colon").join(filter(None, (where, text.term("dropped", part.kind), what)))


def _flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Settings as "render.style" and its value."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flat(item, f"{prefix}{key}.")
        elif isinstance(item, list):
            yield f"{prefix}{key}", ", ".join(map(str, item))
        else:
            yield f"{prefix}{key}", "–" if item in (None, "") else str(item)


def page_style(manifest: Manifest, text: ReportWords) -> str:
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
        raise problem(DependencyError, "no_weasyprint", error=error) from error


def as_pdf(page: bytes) -> bytes:
    """A report (HTML, as `report_html` makes it) as PDF. Nothing is fetched from anywhere.

    Raises:
        DependencyError: WeasyPrint cannot be used.
    """
    weasyprint = require_pdf()
    document = weasyprint.HTML(string=page.decode("utf-8"), url_fetcher=_refuse)
    data: bytes = document.write_pdf(presentational_hints=False)
    return data


def report_beside(output: Path, language: str, *, pdf: bool = False) -> Path:
    """Where the report is, with the exemption log beside it as `redact report` writes both.

    A report that is there is opened only if redact made it for this user, of this very record;
    otherwise it is made anew: whoever hands on a folder can put a page of that name into it. The
    log, which nobody is shown here, is made anew where it is older than the record.

    Args:
        output: the result.
        language: of a report that is made now.
        pdf: as PDF, which needs a part of redact that is not always installed.

    Raises:
        RedactError, OSError: there is no record, or the report cannot be made or written.
    """
    record = manifest_path(output)
    place = output.with_name(f"{output.name}.report.{'pdf' if pdf else 'html'}")
    table = output.with_name(f"{output.name}.exemptions.csv")
    data = record.read_bytes()
    value = parse_manifest(data, str(record))
    if not _is_own_report(place, data):
        page = report_html(value, language, data, check_output(output))
        write_whole(place, marked_report(as_pdf(page) if pdf else page, data), force=True)
    if not table.exists() or table.stat().st_mtime_ns < record.stat().st_mtime_ns:
        write_whole(table, exemption_csv(value, ReportWords(language)), force=True)
    return place


def marked_report(report: bytes, manifest: bytes) -> bytes:
    """A report (HTML or PDF) with a last line, a comment in either, by which redact knows what it
    wrote for this user from this very record.

    Args:
        report: as `report_html` or `as_pdf` makes it.
        manifest: the record's own bytes.
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
