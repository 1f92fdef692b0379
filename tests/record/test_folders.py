"""Folders of the machine stay out of a record, and take nothing else with them, whatever their
names are.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redact.record import RunRecord, Step, build_manifest, dump_manifest
from redact.record.without_folders import values_without_folders, without_folders
from redact.words import Message

from .samples import make_record

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=20
).filter(lambda name: name not in (".", ".."))
PLAIN = Path("a folder that no word of a record holds")


def _moved(record: RunRecord, folder: Path) -> RunRecord:
    """The same run with its files in another folder, which free text of it names."""
    source, output = folder / record.source.path.name, folder / record.output.name
    said = Message("rendered", count=300, style="blur", encoder=f"libx264 into {output}")
    return replace(
        record,
        source=replace(record.source, path=source),
        output=output,
        command=("redact", "run"),
        steps=(Step("render", (said, Message("sound_taken_out", count=1)), 1.0),),
        warnings=(Message("container_tag", key=f"of {source}"), Message("not_decodable")),
        audit=_audit(record, output),
    )


def _audit(record: RunRecord, output: Path) -> dict[str, object]:
    assert record.audit is not None
    said = [
        Message("container_tag", key=f"({output})").to_json(),
        Message("box_not_allowed", box="moov/udta/meta", at=7).to_json(),
        Message("luma_outside", low=40.5, median=None).to_json(),
    ]
    check = {"name": "picture_elsewhere", "passed": True, "detail": said}
    return {**record.audit, "checks": [*record.audit["checks"], check]}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return make_record(tmp_path_factory.mktemp("run"))


@given(names=st.lists(NAMES, min_size=1, max_size=3), rooted=st.booleans())
@example(names=["out"], rooted=False)
@example(names=["7"], rooted=False)
@example(names=["a"], rooted=False)
@example(names=["face"], rooted=False)
@example(names=["moov", "udta"], rooted=False)
@example(names=["s"], rooted=True)
@example(names=["of"], rooted=False)
@example(names=["my case "], rooted=True)
def test_a_record_is_the_same_whatever_the_folder_is_called(
    record: RunRecord, names: list[str], rooted: bool
) -> None:
    folder = Path("/", *names) if rooted else Path(*names)
    manifest = build_manifest(_moved(record, folder))
    assert dump_manifest(manifest) == dump_manifest(build_manifest(_moved(record, PLAIN)))
    (check,) = [c for c in manifest.audit.checks if c.name == "picture_elsewhere"]  # type: ignore[union-attr]
    assert check.detail[0].values == {"key": "(bodycam 7.redacted.mp4)"}
    assert check.detail[1].values == {"box": "moov/udta/meta", "at": 7}
    assert manifest.run.steps[0].detail[1].code == "sound_taken_out"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("taken out of out/cam.mp4", "taken out of cam.mp4"),
        ("out", "out"),
        ("it ran out/in.mp4 is gone", "it ran in.mp4 is gone"),
        ("layout/cam.mp4", "layout/cam.mp4"),
        ("all/out/cam.mp4", "all/out/cam.mp4"),
        ("(./out/deeper/cam.mp4)", "(cam.mp4)"),
        ("out\\cam.mp4", "cam.mp4"),
    ],
)
def test_a_relative_folder_goes_only_where_a_path_begins_with_it(text: str, expected: str) -> None:
    assert without_folders(text, [Path("out/cam.mp4")]) == expected


def test_folders_below_a_known_one_go_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Below the home folder lie those with the names of clients."""
    monkeypatch.setenv("HOME", "/home/jane")
    assert without_folders("cannot read /home/jane/client/a.mp4: gone") == "cannot read a.mp4: gone"
    assert without_folders("closed: /home/jane.") == "closed: ."
    assert without_folders("of /home/janet/a.mp4") == "of a.mp4"
    used = [Path("/srv/case/in.mp4")]
    assert without_folders("/srv/case is full, /srv/case2/b.mp4", used) == " is full, b.mp4"


def test_only_what_is_free_text_is_looked_at() -> None:
    known = [Path("face/cam.mp4")]
    signed = {"algorithm": "face/ed25519", "sha256": "face" * 16}
    assert values_without_folders("credentials_signed", signed, known) == signed
    word = {"target": "face", "count": 7}
    assert values_without_folders("target_not_looked_for", word, known) == word
    assert values_without_folders("container_tag", {"key": "face/x"}, known) == {"key": "x"}
