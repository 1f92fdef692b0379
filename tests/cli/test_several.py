"""Several sources at once: no file of one run replaces another's."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from redact.batch import Footage
from redact.cli.destination import check_results
from redact.cli.run import run
from redact.cli.summary import tell_summary
from redact.cli.terminal import Terminal
from redact.errors import ExitCode, UsageError, worst
from redact.inspect import clear_times
from redact.media import default_output_name
from redact.pipeline import Delivery


def refused(*arguments: object) -> UsageError | None:
    """What `redact run` says about names; the sources do not exist, so nothing else happens."""
    result = CliRunner().invoke(run, [str(a) for a in arguments], standalone_mode=False)
    return result.exception if isinstance(result.exception, UsageError) else None


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder with two others in it, and `link`, which links to the first."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("one")
    return tmp_path


def test_exhibits_without_a_video_in_the_folder_are_reported(folders: Path) -> None:
    (folders / "one" / "cam1.mp4").write_bytes(b"no video")
    case = folders / "case.toml"
    case.write_text('[exhibits]\n"cam1.mp4" = "7"\n"cam1.MP4" = "8"\n"cam2.mp4" = "9"\n', "utf-8")
    done = CliRunner().invoke(run, ["one", "--case-file", str(case)])
    assert "cam1.MP4, cam2.mp4 have numbers in [exhibits]" in done.stderr.replace("\n", " ")
    named = CliRunner().invoke(run, ["one/cam1.mp4", "--case-file", str(case)])
    assert "[exhibits]" not in named.stderr


@pytest.mark.parametrize("more", [(), ("--force",), ("-o", "one"), ("-o", "new")])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.avi.mp4", "a.avi"),
        ("a.mp4", "a.mp4"),
        ("a.mp4", "one/../a.mp4"),
        ("one/a.mkv", "link/a.mkv"),
    ],
)
def test_two_results_with_one_name_are_refused(
    folders: Path, first: str, second: str, more: tuple[str, ...]
) -> None:
    error = refused(first, second, *more)
    assert error is not None and "two of the sources" in error.message
    name = default_output_name(Path(second))
    assert (Path(more[1]) / name if "-o" in more else Path(second).parent / name).name in str(error)


def test_results_with_one_name_in_two_folders_are_accepted(folders: Path) -> None:
    assert refused("one/a.mp4", "two/a.mp4") is None
    assert refused("one/a.mp4", "two/a.mp4", "-o", "two") is not None
    assert refused("a.mp4", "a.mkv", "a.avi", "b.mp4") is None
    assert refused("a.mp4", "a.avi", "--release") is None  # each takes a name that is free
    error = refused("a.mp4", "b.mp4", "./a.mp4", "--release")
    assert error is not None and "is named twice" in error.message


def test_a_result_does_not_replace_the_next_source(folders: Path) -> None:
    (folders / "a.redacted.mp4").write_bytes(b"")
    (folders / "other.mp4").symlink_to("a.redacted.mp4")
    for second in ("a.redacted.mp4", "other.mp4", "one/../a.redacted.mp4"):
        error = refused("a.mp4", second, "--force")
        assert error is not None and "is one of the sources" in error.message
        assert refused("a.mp4", second) is None  # nothing is replaced unasked
        assert refused("a.mp4", second, "--force", "-o", "one") is None


def test_a_second_release_into_one_folder_is_refused(folders: Path) -> None:
    for name in ("one/video.mkv", "two/video.mp4", "two/video-2.mp4"):
        (folders / name).write_bytes(b"")
    # A file of such a name that was not released is a recording.
    assert refused("a.mp4", "b.mp4", "--release", "-o", "two") is None
    for name in ("one/video.mkv", "two/video.mp4", "two/video-2.mp4"):
        clear_times(folders / name)
    error = refused("a.mp4", "b.mp4", "--release", "-o", "two")
    assert error is not None and "(for example video-2.mp4)" in error.message
    (folders / "many").mkdir()
    (folders / "many" / "a.mp4").write_bytes(b"")
    error = refused("many", "--release", "-o", "link", "--jobs", "2")  # a folder with one video
    assert error is not None and "(for example video.mkv)" in error.message
    # The same rule for one video; who names the file means it, and a source is no result.
    error = refused("a.mp4", "--release", "-o", "two")
    assert error is not None and "two/NAME.mp4" in error.hint
    error = refused("photo-7.jpg", "--release", "-o", "two")
    assert error is not None and "two/NAME.jpg" in error.hint
    assert refused("a.mp4", "--release", "-o", "two/b.mp4") is None
    assert refused("one/video.mkv", "one/b.mp4", "--release") is None
    assert refused("a.mp4", "b.mp4", "-o", "two") is None


NAMES = st.builds(
    lambda folder, stem, suffix: Path(folder, stem + suffix),
    st.sampled_from(["", "one", "two", "one/../two"]),
    st.sampled_from(["a", "b", "a.redacted"]),
    st.sampled_from([".mp4", ".avi", ".mkv", ".MP4"]),
)


@given(
    st.lists(NAMES, min_size=2, max_size=4).map(tuple),
    st.none() | st.just(Path("out")),
)
def test_accepted_sources_have_distinct_results(
    sources: tuple[Path, ...], folder: Path | None
) -> None:
    finals = [(folder or s.parent) / default_output_name(s) for s in sources]
    results = {f.resolve() for f in finals}
    replaced = results & {s.resolve() for s in sources}
    clash = len(results) < len(sources) or replaced
    delivery = Delivery(force=True)
    try:
        check_results([(Footage(source), folder) for source in sources], delivery)
    except UsageError:
        assert clash
    else:
        assert not clash


def test_the_summary_says_what_was_hidden_and_what_is_incomplete(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """ "Nothing hidden" is not simply a success, and a source stays incomplete in later runs."""
    before = {"state": "done before", "seconds": 4.0, "incomplete": ""}
    before |= {"hidden": {}, "kept": {}, "cut_off": 0, "false_alarms": 0}
    several = {**before, "hidden": {"person": 3, "vehicle": 1}, "kept": {"person": 2}}
    results = [
        {**several, "source": "a.mp4", "output": "a.redacted.mp4"},
        {**before, "source": "b.mp4", "output": "b.redacted.mp4"},
        {**before, "source": "c.mp4", "output": "c.redacted.mp4", "kept": {"person": 1}},
        {**before, "source": "d.mp4", "output": "d.mp4", "state": "needs review"},
    ]
    results[3]["incomplete"] = "d.mp4 ends early."
    results[1]["incomplete"] = "b.mp4 ends early."
    tell_summary(results, [], Terminal(), took=5.0)
    said = " ".join(capsys.readouterr().err.split())
    who = "3 people, 1 vehicle masked; 2 people visible by decision"
    assert f"a.mp4 done before {who} 0:04 a.redacted.mp4" in said
    assert "b.mp4 source incomplete nothing found 0:04 b.redacted.mp4" in said
    assert "c.mp4 done before 1 person visible by decision 0:04 c.redacted.mp4" in said
    assert "d.mp4 needs review, source incomplete nothing found 0:04 d.mp4" in said
    assert said.endswith("4 files: 2 done before, 1 source incomplete, 1 needs review; took 0:05")


@pytest.mark.parametrize("failure", [c for c in ExitCode if c.name not in ("DONE", "INCOMPLETE")])
def test_a_failure_is_not_hidden_behind_a_result_that_needs_review(failure: ExitCode) -> None:
    """If one file was refused and another held back, a script that reads only the exit code would
    never learn that a result is missing."""
    lesser = [ExitCode.DONE, ExitCode.INCOMPLETE, ExitCode.NEEDS_REVIEW]
    for count in range(len(lesser) + 1):
        for codes in permutations([*lesser[:count], failure]):
            assert worst(codes) is failure, codes
    assert worst(()) is ExitCode.DONE
    assert worst(lesser[:2]) is ExitCode.INCOMPLETE
