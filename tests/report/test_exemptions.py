"""The exemption log: a table that spreadsheets open and that runs nothing in them."""

from __future__ import annotations

import csv
import io

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from redact.evidence.manifest import Manifest
from redact.report import Catalogue, exemption_csv
from redact.report.exemptions import harmless

from .test_report import manifest  # noqa: F401


def test_csv(manifest: Manifest) -> None:  # noqa: F811
    raw = exemption_csv(manifest, Catalogue("en"))
    head, *lines = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert head[:4] == ["track", "from", "to", "target"] and len(lines) == 4
    assert lines[1] == [
        "1", "0:00.160", "0:04.800", "face", "hidden", "sealed blur", "third party",
        "art. 6(1)(c) GDPR", "rule of the program", "detector", "117",
    ]  # fmt: skip
    assert all(len(line) == len(head) for line in lines)
    kept = next(line for line in lines if line[0] == "2")
    assert kept[4:6] == ["shown in 219 of 221 pictures, else hidden", "sealed blur"]
    # Records made before tracks were hidden where they are guessed do not tell, and hid nothing.
    older = [msgspec.structs.replace(t, shown=None) for t in manifest.tracks]
    old = exemption_csv(msgspec.structs.replace(manifest, tracks=tuple(older)), Catalogue("fr"))
    assert "montré;" in old.decode("utf-8-sig") and "sinon" not in old.decode("utf-8-sig")
    undecided = [msgspec.structs.replace(t, decided_by="") for t in manifest.tracks]
    nobody = msgspec.structs.replace(manifest, tracks=tuple(undecided))
    for language, rule, unknown in (
        ("en", "rule of the program", "not stated"),
        ("fr", "règle du programme", "non précisé"),
    ):
        text = exemption_csv(nobody, Catalogue(language)).decode("utf-8-sig")
        by = {
            line[0]: line[8]
            for line in csv.reader(io.StringIO(text), delimiter=";" if language == "fr" else ",")
        }
        # 2 is kept and 4 was drawn: somebody decided that, no rule did.
        assert (by["1"], by["2"], by["3"], by["4"]) == (rule, unknown, rule, unknown)
    head_fr = exemption_csv(manifest, Catalogue("fr")).decode("utf-8-sig").splitlines()[0]
    assert len(head_fr.split(";")) == len(head)


def test_what_no_detector_was_sure_of_is_not_called_a_face(manifest: Manifest) -> None:  # noqa: F811
    for score, words in ((0.2, "masked region, taken for: face"), (0.9, "face"), (None, "face")):
        tracks = tuple(msgspec.structs.replace(t, score=score) for t in manifest.tracks)
        value = msgspec.structs.replace(manifest, tracks=tracks)
        raw = exemption_csv(value, Catalogue("en")).decode("utf-8-sig")
        by = {line[0]: line[3] for line in csv.reader(io.StringIO(raw))}
        assert by["1"] == words
        assert by["4"] == "marked region"  # drawn by hand: that is what it is


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless(text).endswith(text)
