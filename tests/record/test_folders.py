"""Folders of the machine stay out of a record, and nothing else is removed with them, whatever they
are called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redact.record import RunRecord, Step, build_manifest, dump_manifest
from redact.words import Message

from .samples import make_record

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))
PLAIN = Path("a folder that no word of a record holds")


def _moved(record: RunRecord, folder: Path) -> RunRecord:
    """The same run with its files in another folder."""
    return replace(
        record,
        source=replace(record.source, path=folder / record.source.path.name),
        output=folder / record.output.name,
        command=("redact", "run"),
        steps=(Step("render", (Message("sound_taken_out", count=1),), 1.0),),
        audit=_audit(record),
    )


def _audit(record: RunRecord) -> dict[str, object]:
    assert record.audit is not None
    said = [
        Message("container_tag", key="of /srv/client/a.mp4").to_json(),
        Message("box_not_allowed", box="moov/udta/meta", at=7).to_json(),
    ]
    check = {"name": "picture_elsewhere", "passed": True, "detail": said}
    return {**record.audit, "checks": [check, *record.audit["checks"], check]}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return make_record(tmp_path_factory.mktemp("run"))


@given(names=st.lists(NAMES, min_size=1, max_size=3), rooted=st.booleans())
@example(names=["out"], rooted=False)
@example(names=["7"], rooted=False)
@example(names=["face"], rooted=False)
@example(names=["moov", "udta"], rooted=False)
@example(names=["my case "], rooted=True)
def test_a_record_is_the_same_whatever_the_folder_is_called(
    record: RunRecord, names: list[str], rooted: bool
) -> None:
    folder = Path("/", *names) if rooted else Path(*names)
    manifest = build_manifest(_moved(record, folder))
    assert dump_manifest(manifest) == dump_manifest(build_manifest(_moved(record, PLAIN)))
    assert manifest.audit is not None
    for check in (manifest.audit.checks[0], manifest.audit.checks[-1]):
        assert check.detail[0].values == {"key": "of a.mp4"}, "what others wrote loses its folders"
        assert check.detail[1].values == {"box": "moov/udta/meta", "at": 7}
    assert manifest.run.steps[0].detail[0].code == "sound_taken_out"
