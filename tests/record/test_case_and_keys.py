"""Case files and keys: precise errors, nothing overwritten, strict permissions."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redact.errors import OutputError, OutputExistsError, PlanError, UsageError
from redact.media import probe
from redact.pipeline import Delivery, order_to_run
from redact.record import (
    CaseFields,
    EvidenceChoice,
    ReasonCode,
    read_case,
    write_evidence,
)
from redact.record.case import case_from_mapping, case_from_options, checked_case
from redact.record.signature import load_private_key, load_public_key, new_key, raw_public
from redact.settings import DrawSettings

from ..program import ROOT
from .samples import make_record

STREET = ROOT / "samples" / "street.mp4"


def test_case_file(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(
        'case = "2026-114"\nlegal-basis = "art. 6"\n[reasons]\nface = "third party"\n', "utf-8"
    )
    case, *_ = read_case(path)
    assert case == CaseFields(
        case="2026-114", legal_basis="art. 6", reasons={"face": "third party"}
    )
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as some editors begin every text
    assert read_case(path)[0] == case
    given_here = CaseFields(case="other", reasons={"plate": "car"})
    both = case.overridden_by(given_here)
    assert both.case == "other" and both.legal_basis == "art. 6"
    assert both.reasons == {"face": "third party", "plate": "car"}


def test_each_video_of_a_folder_is_an_exhibit_of_its_own(tmp_path: Path) -> None:
    """The record of every video used to name the first one's exhibit; it must name its own
    alone."""
    path = tmp_path / "case.toml"
    numbers = '[exhibits]\n"cam4.mp4" = "7"\n"yard/cam5.mp4" = "8"\n"cam5.mp4" = "9"\n'
    path.write_text('case = "2026-114"\nexhibit = "1"\n' + numbers, "utf-8")
    case, exhibits, _ = read_case(path)
    choice = EvidenceChoice(case=case, exhibits=exhibits)
    for video, number in (
        *(("in/cam4.mp4", "7"), ("yard/cam5.mp4", "8"), ("in/cam5.mp4", "9")),
        *(("my-cam4.mp4", "1"), ("cam4.mp4", "7")),
    ):
        given = choice.for_video(tmp_path / video).case
        assert given == CaseFields(case="2026-114", exhibit=number), video
    for numbered, number in (({}, "1"), ({"street.mp4": "12"}, "12")):
        delivery = Delivery(tmp_path / "a.mp4", evidence=replace(choice, exhibits=numbered))
        told = order_to_run(probe(STREET), DrawSettings(), delivery).delivery.evidence.case
        assert told == CaseFields(case="2026-114", exhibit=number)
    path.write_text("exhibits = 7\n", "utf-8")
    with pytest.raises(PlanError, match="expected a table"):
        read_case(path)


def test_reason_codes_of_a_case(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(
        '[codes]\nb7c = "Law enforcement"\n[codes.b6]\ntext = "Privacy"\nbasis = "552(b)(6)"\n'
        '[reasons]\nface = "b6"\n',
        "utf-8",
    )
    case, *_ = read_case(path)
    assert case.codes == {
        "b6": ReasonCode("Privacy", "552(b)(6)"),
        "b7c": ReasonCode("Law enforcement"),
    }
    assert checked_case(case, "again") == case
    good = case.overridden_by(CaseFields(reasons={"plate": "b7c"}))
    assert good.reasons == {"face": "b6", "plate": "b7c"} and good.codes == case.codes
    with pytest.raises(PlanError, match="b7: is not a code of this case") as found:
        case.overridden_by(CaseFields(reasons={"plate": "b7"}))
    assert "b7c" in found.value.hint
    # Without codes a reason is what anybody writes.
    assert CaseFields().overridden_by(CaseFields(reasons={"face": "x"})).reasons


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("codes = 7", r"codes: expected a table"),
        ("[codes]\nb6 = 7", r"codes\.b6: expected text, or a table"),
        ('[codes.b6]\nbases = "x"', r"codes\.b6\.bases: unknown field"),
        ("[codes.b6]\nbasis = 6", r"codes\.b6\.basis: expected text"),
        ('[codes]\nb6 = "x"\n[reasons]\nface = "b7"', r"b7: is not a code of this case"),
        ("case = 7", r"case: expected text, found int"),
        ('operater = "J"', r"operater: unknown field"),
        ('reasons = "x"', r"reasons: expected a table"),
        ('[reasons]\nnose = "x"', r"reasons\.nose: unknown target"),
        ("[reasons]\nface = 1", r"reasons\.face: expected text"),
        ('[reasons]\nface = "a"\nFace = "b"', r"reasons\.Face: given twice"),
        ('case = "a\\nb"', r"case: contains the control character U\+000A"),
        ("case = ", r"is not valid TOML"),
        ('legal-basis = "a"\nlegal_basis = "b"', r"given twice"),
    ],
)
def test_case_errors_name_file_and_field(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "case.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PlanError, match=rf"case\.toml: .*{message}|case\.toml: {message}"):
        read_case(path)


@given(st.binary(max_size=120))
def test_any_case_file_is_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.toml"
        path.write_bytes(data)
        try:
            read_case(path)
        except PlanError as error:
            assert str(path) in error.message and error.hint


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
)


@given(
    st.dictionaries(
        st.sampled_from(["case", "operator", "reasons", "legal-basis", "x"]), VALUES, max_size=4
    )
)
def test_any_case_mapping_is_taken_or_refused(raw: dict[str, object]) -> None:
    try:
        case_from_mapping(raw, "c.toml")
    except PlanError as error:
        assert error.message.startswith("c.toml: ")


@pytest.mark.parametrize(
    "option",
    ["exhibit", "exhibit=", "=x", "exhibt=3", "reasons=x", "reasons.nose=x", "codes.b6=x",
     "exhibits.cam4=7", "hours=true", "case=a\nb", "case.a=b", "reasons.=x", "."],
)  # fmt: skip
def test_what_is_no_field_cannot_be_set(option: str) -> None:
    with pytest.raises(UsageError, match="--set") as error:
        case_from_options([option])
    assert error.value.hint


def test_fields_are_set_as_in_the_case_file_and_once() -> None:
    set_here = ["exhibit=3", " legal-basis = art. 6 = x", "reasons.plate=a", "reasons.Face = b "]
    case = CaseFields(exhibit="3", legal_basis="art. 6 = x", reasons={"face": "b", "plate": "a"})
    assert case_from_options(set_here) == case and case_from_options([]).empty
    for twice in (["reasons.face=a", "reasons.FACE=b"], ["case=1", "case=2"]):
        with pytest.raises(UsageError, match="given twice"):
            case_from_options(twice)


def test_a_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    key = new_key(path, b"secret words")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"ENCRYPTED" in path.read_bytes()
    again = load_private_key(path, b"secret words")
    assert raw_public(again.public_key()) == raw_public(key.public_key())
    assert load_public_key(tmp_path / "key.pem.pub") == raw_public(key.public_key())
    before = path.read_bytes()
    with pytest.raises(OutputExistsError):
        new_key(path, None)
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="wrong passphrase"):
        load_private_key(path, b"other")
    with pytest.raises(UsageError, match="needs its passphrase"):
        load_private_key(path, None)


@given(st.binary(max_size=200))
@example(b"ENCRYPTED")
def test_any_key_file_is_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "k.pem"
        path.write_bytes(data)
        with pytest.raises(PlanError, match=r"k\.pem"):
            load_private_key(path, None)
        with pytest.raises(PlanError, match=r"k\.pem"):
            load_public_key(path)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_a_key_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))
    try:
        with pytest.raises(OutputError, match=r"k\.pem: cannot be written"):
            new_key(tmp_path / "k.pem", None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
    new_key(tmp_path / "k.pem", None)


def test_half_a_pair_of_keys_is_not_left(tmp_path: Path) -> None:
    (tmp_path / "k.pem.pub").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExistsError, match=r"k\.pem\.pub"):
        new_key(tmp_path / "k.pem", None)
    assert [path.name for path in tmp_path.iterdir()] == ["k.pem.pub"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_record_and_log_follow_the_users_umask(tmp_path: Path) -> None:
    """Record, signature, log and head: users who make new files private get private ones."""
    old = os.umask(0o077)
    try:
        key = new_key(tmp_path / "k.pem", None)
        write_evidence(make_record(tmp_path), EvidenceChoice(log=tmp_path / "case.log", key=key))
    finally:
        os.umask(old)
    made = list(tmp_path.rglob("*"))
    assert len(made) == 10
    assert [p.name for p in made if p.stat().st_mode & 0o077] == []


def test_the_page_for_lawyers_shows_every_field_of_a_case_file(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "lawyers.md").read_text("utf-8")
    file = tmp_path / "case.toml"
    file.write_text(page.partition("```toml\n")[2].partition("```")[0], "utf-8")
    shown, *_ = read_case(file)
    assert [n for n in CaseFields.__struct_fields__ if not getattr(shown, n)] == []


def test_dates_are_dates_and_hours_is_yes_or_no(tmp_path: Path) -> None:
    file = tmp_path / "case.toml"
    file.write_text('request_date = 2026-05-04\ndeadline = "in June"\nhours = true\n')
    case, *_ = read_case(file)
    assert (case.request_date, case.deadline, case.hours) == ("2026-05-04", "in June", True)
    for wrong, said in (
        ('hours = "yes"', "hours"),
        ("deadline = 12", "deadline"),
        ('exemption = "b7"\n[codes]\nb6 = "Privacy"', "b7"),
    ):
        file.write_text(wrong)
        with pytest.raises(PlanError, match=said):
            read_case(file)


def test_umask_does_not_matter(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        new_key(tmp_path / "k.pem", None)
    finally:
        os.umask(old)
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
