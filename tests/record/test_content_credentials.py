"""Content credentials: signed without a network and without a picture; nothing else changes."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest

from redact.auditing.mp4_boxes import wrong_boxes
from redact.errors import OutputError
from redact.record import load_credentials, read_content, sign_content

from ..media.footage import Clip, make, rewrite
from .authority import make_signer

c2pa = pytest.importorskip("c2pa", reason="needs the extra redact-footage[c2pa]")

SOURCE = "ab" * 32
SIGN = """
import sys
from pathlib import Path
from redact.record import load_credentials, sign_content
chain, key, file, container = sys.argv[1:]
sign_content(Path(file), container, load_credentials(Path(chain), Path(key), None), "ab" * 32, "x")
"""
READ = """
import json, sys
from pathlib import Path
from redact.record import read_content
print(json.dumps(read_content(Path(sys.argv[1]), sys.argv[2])))
"""


def without_network(code: str, *arguments: object) -> str:
    """The output of a Python script in a process without a network, as far as this machine
    allows."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0:
        command = ["unshare", "-rn", *command]
    return subprocess.check_output(command, text=True)


@pytest.fixture(scope="module", params=["mp4", "mov"])
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / f"a.{request.param}"
    make(path, Clip())
    return path


@pytest.fixture(scope="module")
def signed(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    path = folder / plain.name
    shutil.copyfile(plain, path)
    signer = make_signer(folder)
    without_network(SIGN, signer.chain, signer.key, path, kind(plain))
    return path


def kind(path: Path) -> str:
    return path.suffix[1:]


def packets(path: Path) -> list[tuple[int | None, int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(p.pts, p.dts, bytes(p)) for p in container.demux() if p.size]


def boxes(path: Path) -> dict[bytes, bytes]:
    data, at, found = path.read_bytes(), 0, {}
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found[data[at + 4 : at + 8]] = data[at + 8 : at + size]
        at += size
    return found


def test_it_is_valid_and_states_what_was_done(signed: Path) -> None:
    store, valid = json.loads(without_network(READ, signed, kind(signed)))
    assert valid
    (manifest,) = store["manifests"].values()
    by_label = {a["label"]: a["data"] for a in manifest["assertions"]}
    assert by_label["org.redact-footage.source"] == {"alg": "sha256", "hash": SOURCE}
    actions = [a["action"] for a in by_label["c2pa.actions.v2"]["actions"]]
    assert actions == ["c2pa.opened", "c2pa.edited"]
    assert "time" not in manifest["signature_info"]  # no time-stamp authority was asked


def test_nothing_but_its_box_is_added(plain: Path, signed: Path) -> None:
    before, after = boxes(plain), boxes(signed)
    assert after.keys() - before.keys() == {b"uuid"}
    assert all(before[k] == after[k] for k in before if k != b"moov")
    # In `moov`, only where the samples begin.
    assert len(before[b"moov"]) == len(after[b"moov"])
    assert packets(plain) == packets(signed)


def test_it_holds_no_picture_and_no_other_statement(signed: Path) -> None:
    box = boxes(signed)[b"uuid"]
    assert b"thumbnail" not in box and b"\xff\xd8\xff" not in box and b"PNG" not in box
    assert box.count(b"jumdc2ma") == 1
    assert b"http" not in box.replace(b"http://cv.iptc.org", b"")


def test_the_audit_allows_this_box_only_if_it_was_requested(
    plain: Path, signed: Path, tmp_path: Path
) -> None:
    assert wrong_boxes(signed, credentials=True) == []
    assert [w.code for w in wrong_boxes(signed)] == ["box_not_allowed"]
    assert [w.code for w in wrong_boxes(plain, credentials=True)] == ["credentials_boxes"]
    data = signed.read_bytes()
    at = data.index(b"uuid") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    box = data[at : at + size]
    picture = box[:200] + b"\xff\xd8\xff" + box[203:]
    other = box[:8] + bytes(16) + box[24:]
    for changed, code in (
        (data + box, "credentials_boxes"),
        (data.replace(box, picture), "credentials_other_content"),
        (data.replace(box, other), "credentials_other_content"),
    ):
        path = tmp_path / signed.name
        path.write_bytes(changed)
        assert code in [w.code for w in wrong_boxes(path, credentials=True)]


def test_changed_bytes_are_noticed(signed: Path, tmp_path: Path) -> None:
    """All bytes except those that the format excludes (the file's type and padding), which the
    record covers."""
    data = bytearray(signed.read_bytes())
    path = tmp_path / signed.name
    spans, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] in (b"moov", b"mdat"):
            spans.append((at + 8, at + size))
        at += size
    rng = random.Random(7)
    for _ in range(24):
        place = rng.randrange(*rng.choice(spans))
        data[place] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            valid = read_content(path, kind(path))[1]
        except OutputError:
            valid = False
        assert not valid, place
        data = bytearray(signed.read_bytes())


def test_credentials_of_the_original_with_a_picture_are_not_taken_over(
    plain: Path, tmp_path: Path
) -> None:
    """A source whose own credentials contain a thumbnail, and the result of a run on it."""
    signer = make_signer(tmp_path)
    source = tmp_path / f"source{plain.suffix}"
    mime = {"mp4": "video/mp4", "mov": "video/quicktime"}[kind(plain)]
    picture = b"\xff\xd8\xff\xe0 the face of a source " * 8
    info = c2pa.C2paSignerInfo(b"es256", signer.chain.read_bytes(), signer.key.read_bytes(), None)
    thumbnail = {"format": "image/jpeg", "identifier": "face.jpg"}
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    definition = {
        "claim_generator_info": [{"name": "camera"}],
        "thumbnail": thumbnail,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    with (
        c2pa.Signer.from_info(info) as by,
        c2pa.Builder(definition) as builder,
        plain.open("rb") as before,
        source.open("w+b") as after,
    ):
        builder.add_resource("face.jpg", io.BytesIO(picture))
        builder.sign(by, mime, before, after)
    assert picture in source.read_bytes()
    output = tmp_path / f"out{plain.suffix}"
    rewrite(source, output)
    assert b"face of a source" not in output.read_bytes()
    sign_content(
        output, kind(plain), load_credentials(signer.chain, signer.key, None), SOURCE, "Hidden."
    )
    assert b"face of a source" not in output.read_bytes()
    store, valid = read_content(output, kind(plain))
    assert valid and len(store["manifests"]) == 1 and "thumbnail" not in str(store)
