"""Where redact keeps what belongs to a result: the only place in the tests that knows."""

from __future__ import annotations

from pathlib import Path

PRIVATE = "NOT-FOR-RELEASE"


def folder_of(result: Path | str) -> Path:
    """The folder of a result."""
    return Path(f"{result}.redact")


def plan_of(result: Path | str) -> Path:
    return folder_of(result) / "plan.json"


def record_of(result: Path | str) -> Path:
    """The record of a result, or of one that was held back."""
    path = Path(result)
    if path.parent.name == PRIVATE:
        return path.with_name("record.json")
    return folder_of(path) / "record.json"


def report_of(result: Path | str) -> Path:
    return record_of(result).with_name("report.html")


def held_of(result: Path | str) -> Path:
    """What is held back of a result."""
    path = Path(result)
    return folder_of(path) / PRIVATE / f"{path.stem}.needs-review{path.suffix}"


def note_of(result: Path | str) -> Path:
    """The note beside what is held back of a result."""
    return folder_of(result) / PRIVATE / "held-back.json"


def scans_of(result: Path | str) -> Path:
    """The stored answers of a search that did not end."""
    return folder_of(result) / ".plan.json.scans"


def release_of(source: Path | str) -> Path:
    """The folder of a release of a source."""
    return Path(f"{source}.release.redact")


def beside(folder: Path) -> list[str]:
    """What is in a folder besides the folders of results, by name."""
    return sorted(p.name for p in folder.iterdir() if p.suffix != ".redact")


def put_record(output: Path, data: bytes | str) -> None:
    """Put a record where that of an output is looked for."""
    path = record_of(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
