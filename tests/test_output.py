"""A file appears under its name only when complete, and never in place of another."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from redact.errors import OutputError, OutputExistsError, PlanError, UnsafeError
from redact.files import PRIVATE, OutputFile, claim_beside, make_private, output, sweep
from redact.formats.containers import MUXERS
from redact.media import Decode, VideoWriter, probe, sha256_of
from redact.media.codecs import container_for, muxer_name
from redact.pipeline.held_back import read_held
from redact.plan import read_plan
from redact.record import head_path, needs_passphrase, read_case, read_log, read_manifest
from redact.settings import EncodeSettings

from .media.footage import Clip, make


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_it_is_published_only_by_commit(tmp_path: Path) -> None:
    final = tmp_path / "a.mp4"
    with OutputFile(final) as out:
        assert out.temporary.parent == tmp_path
        assert out.temporary.name.startswith(".a.mp4.")
        assert out.temporary.name.endswith(".partial")
        out.temporary.write_bytes(b"done")
        assert not final.exists()
        assert out.commit() == final
    assert names(tmp_path) == ["a.mp4"]
    assert final.read_bytes() == b"done"


@pytest.mark.skipif(os.name == "nt", reason="no such permissions there")
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077])
def test_it_is_private_until_it_is_published(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        for number, mode in enumerate((None, 0o640)):
            with OutputFile(tmp_path / f"{number}.mp4", mode=mode) as out:
                assert out.temporary.stat().st_mode & 0o777 == 0o600
                out.commit()
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"0.mp4": 0o666 & ~umask, "1.mp4": 0o640}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_without_commit(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), OutputFile(tmp_path / "a.mp4") as out:
        out.temporary.write_bytes(b"half")
        raise error
    assert names(tmp_path) == []


def test_it_can_be_published_under_another_name(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "a.mp4") as out:
        out.commit_as(tmp_path / "a.needs-review.mp4")
    assert names(tmp_path) == ["a.needs-review.mp4"]


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    final = tmp_path / "a.mp4"
    final.write_bytes(b"old")
    with pytest.raises(OutputExistsError, match="already there"):
        OutputFile(final)
    with OutputFile(final, force=True) as out:
        out.temporary.write_bytes(b"new")
        assert final.read_bytes() == b"old"
        out.commit()
    assert final.read_bytes() == b"new"


@pytest.mark.parametrize("links", [True, False])
def test_a_name_taken_meanwhile_is_not_replaced(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        without_links(monkeypatch)
    final = tmp_path / "a.mp4"
    with pytest.raises(OutputExistsError), OutputFile(final) as out:
        final.write_bytes(b"somebody else's")
        out.commit()
    assert final.read_bytes() == b"somebody else's"
    assert names(tmp_path) == ["a.mp4"]


@pytest.mark.parametrize("links", [True, False])
def test_another_name_taken_at_the_last_moment_is_not_replaced(
    tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By somebody else, between the check that it is free and the renaming."""
    if not links:
        without_links(monkeypatch)
    other = tmp_path / "a.needs-review.mp4"
    synced = output._sync

    def sync(path: Path) -> None:
        if path.name.endswith(".partial"):
            other.write_bytes(b"somebody else's")
        synced(path)

    monkeypatch.setattr(output, "_sync", sync)
    with pytest.raises(OutputExistsError), OutputFile(tmp_path / "a.mp4") as out:
        out.temporary.write_bytes(b"ours")
        out.commit_as(other)
    assert other.read_bytes() == b"somebody else's"
    assert names(tmp_path) == ["a.needs-review.mp4"]


def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on FAT and exFAT, the file systems of most memory cards."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


def test_it_works_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_links(monkeypatch)
    with OutputFile(tmp_path / "a.mp4") as out:
        out.temporary.write_bytes(b"done")
        out.commit()
    assert (tmp_path / "a.mp4").read_bytes() == b"done"
    assert names(tmp_path) == ["a.mp4"]


@pytest.mark.parametrize("kind", ["same", "symlink", "hardlink", "relative"])
def test_the_source_is_never_replaced(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "s.mp4"
    source.write_bytes(b"evidence")
    final = tmp_path / "o.mp4"
    if kind == "same":
        final = source
    elif kind == "symlink":
        final.symlink_to(source)
    elif kind == "hardlink":
        os.link(source, final)
    else:
        monkeypatch.chdir(tmp_path)
        final = Path("s.mp4")
    with pytest.raises(OutputExistsError, match="never replaced"):
        OutputFile(final, force=True, never=(source,))
    assert source.read_bytes() == b"evidence"


def test_a_missing_folder_is_reported_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        OutputFile(tmp_path / "nowhere" / "a.mp4")
    assert caught.value.hint == "Make the folder first."


WRITES_FOR_EVER = """
import sys, itertools
from pathlib import Path
from redact.media import Decode, VideoWriter, probe
from redact.files import OutputFile
from redact.settings import EncodeSettings
info = probe(Path(sys.argv[1]))
with OutputFile(Path(sys.argv[2])) as out:
    with VideoWriter(out.temporary, info, EncodeSettings(preset="ultrafast"), "mp4") as writer:
        frames = list(Decode(info))
        for turn in itertools.count():
            for frame in frames:
                object.__setattr__(frame, "pts", frame.pts + turn * 100000 * (turn > 0))
                writer.write(frame)
            print("round", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_being_stopped_midway_leaves_no_final_name(tmp_path: Path, how: signal.Signals) -> None:
    source = make(tmp_path / "s.mp4", Clip())
    final = tmp_path / "out" / "o.mp4"
    final.parent.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES_FOR_EVER, str(source), str(final)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2],
        # Tests may themselves run in the background, where Ctrl-C is ignored and inherited so.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"round\n"
    process.send_signal(how)
    process.wait(30)
    process.stdout.close()
    left = names(final.parent)
    if how is signal.SIGINT:
        assert left == []
    else:
        assert [n.startswith(".o.mp4.") and n.endswith(".partial") for n in left] == [True]


def test_the_refusal_of_a_container_names_all_others(tmp_path: Path) -> None:
    for refused in (lambda: container_for(tmp_path / "a.avi"), lambda: muxer_name("avi")):
        with pytest.raises(OutputError) as caught:
            refused()
        assert all(suffix in caught.value.hint for suffix in MUXERS), caught.value.hint


def test_the_hash_covers_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc" * 700000)
    tool = subprocess.run(["sha256sum", tmp_path / "f"], capture_output=True, check=True)
    assert sha256_of(tmp_path / "f") == tool.stdout.split()[0].decode()


def test_a_private_folder_is_closed_even_if_it_was_open(tmp_path: Path) -> None:
    for folder in (tmp_path / "new" / PRIVATE, tmp_path / "open"):
        if folder.name == "open":
            folder.mkdir(mode=0o755)
        make_private(folder)
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_closed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: Path, mode: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuses)
    with pytest.raises(OutputError, match="cannot be made private"):
        make_private(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a folder is refused")
@pytest.mark.parametrize("above", [False, True])
def test_a_file_that_others_put_in_its_place_is_not_published(tmp_path: Path, above: bool) -> None:
    """In a folder that others may write to, or that they can replace by another."""
    shared = tmp_path / "open" / "shared"
    shared.mkdir(parents=True)
    (shared.parent if above else shared).chmod(0o777)
    with OutputFile(shared / "a.mp4", guarded=True) as out:
        out.inside.write_bytes(b"checked")
        folder = out.temporary.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.rename(shared / "aside")
        folder.mkdir()
        out.temporary.write_bytes(b"another")
        out.commit()
    assert (shared / "a.mp4").read_bytes() == b"checked"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a folder is refused")
def test_an_immediate_replacement_by_others_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o777)

    def replaced(path: Path) -> None:
        if path == tmp_path:  # the file has its name just now
            (tmp_path / "b.mp4").write_bytes(b"another")
            (tmp_path / "b.mp4").replace(tmp_path / "a.mp4")

    monkeypatch.setattr(output, "_sync", replaced)
    with (
        OutputFile(tmp_path / "a.mp4", guarded=True) as out,
        pytest.raises(OutputError, match="others may write"),
    ):
        out.commit()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such a folder is refused")
def test_a_folder_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    out = OutputFile(tmp_path / "a.mp4", guarded=True)
    out.inside.write_bytes(b"half")
    assert sweep(tmp_path) == []
    script = "import os, pathlib, sys; from redact.files import OutputFile; "
    script += "OutputFile(pathlib.Path(sys.argv[1], 'b.mp4'), guarded=True); os._exit(9)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert len(names(tmp_path)) == 2
    assert len(sweep(tmp_path)) == 1
    out.discard()
    assert names(tmp_path) == []


def test_a_message_names_the_file_that_is_wanted(tmp_path: Path) -> None:
    """It named the hidden one: `.o.mp4.62ca121c.partial: cannot be written`."""
    source = make(tmp_path / "s.mp4", Clip())
    info = probe(source)
    first = next(iter(Decode(info)))
    with (
        OutputFile(tmp_path / "o.mp4") as out,
        pytest.raises(UnsafeError, match=r"^o\.mp4: "),
        VideoWriter(out.inside, info, EncodeSettings(preset="ultrafast"), "mp4") as writer,
    ):
        writer.write(first)
        writer.write(first)


def test_a_very_long_name_has_a_hidden_one(tmp_path: Path) -> None:
    final = tmp_path / ("a" * 251 + ".mp4")
    with OutputFile(final) as out:
        out.commit()
    assert names(tmp_path) == [final.name]
    beside = claim_beside(final, "looks")
    assert beside is not None
    beside.remove()


def test_leftovers_of_a_killed_run_are_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / ".a.mp4.0123abcd.partial").write_bytes(b"half")
    OutputFile(tmp_path / "a.mp4").discard()
    assert names(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
@pytest.mark.parametrize(
    "read", [read_plan, read_manifest, read_held, read_case, read_log, needs_passphrase]
)
def test_a_named_pipe_blocks_nothing(tmp_path: Path, read: Callable[[Path], object]) -> None:
    """Whether it is named or lies in a folder that somebody sent."""
    os.mkfifo(tmp_path / "a.file")
    with pytest.raises(PlanError, match=r"a\.file"):
        read(tmp_path / "a.file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files there")
def test_a_pipe_in_place_of_a_logs_head_blocks_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"")
    os.mkfifo(head_path(tmp_path / "a.log"))
    assert read_log(tmp_path / "a.log").breaks
