"""What a record says in English is in French in the French report, or marked as English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec
import pytest

from redact.evidence import build_manifest
from redact.report import report_html
from redact.report.phrases import Phrases

from ..evidence.samples import make_record

FRENCH = Phrases("fr")
COMPOSED = {"mark", "removed", "where", "frames", "found"}
"""Sections of texts that the program puts together from words."""

JOINTS = r"\{\w+\}|(?=lowest )|(?<=s changed)"
"""Where the program puts texts together."""


def code_texts() -> str:
    """Every piece of text in the program, one a line."""
    package = Path(__file__).parents[2] / "redact"
    return "\n".join(
        node.value
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_every_phrase_is_one_that_the_program_says() -> None:
    said = code_texts()
    for section in FRENCH.sections.keys() - COMPOSED:
        for english in FRENCH.sections[section]:
            for piece in re.split(JOINTS, english):
                plain = piece.strip().removesuffix("s")
                assert plain in said, (section, english, piece)


def test_both_languages_have_the_same_places() -> None:
    for phrases in FRENCH.sections.values():
        for english, own in phrases.items():
            places = re.findall(r"\{\w+\}", english)
            assert sorted(places) == sorted(re.findall(r"\{\w+\}", own)), english


@pytest.mark.parametrize(
    ("section", "english", "french"),
    [
        ("check", "tags", "étiquettes"),
        (
            "text",
            "plan of an earlier run taken up, 3 tracks",
            "plan d’un traitement précédent repris, 3 pistes",
        ),
        ("step", "render", "rendu"),
        ("text", "none but the format's own", "aucune en dehors de celles du format"),
        ("text", "63 of 63 frames", "63 images sur 63 lues dans l’original"),
        ("text", "960×540", "960×540"),
        ("text", "", ""),
        (
            "text",
            "PSNR outside the masks: luma lowest 44.7 dB, median 46.5 dB; chroma lowest 49.7 dB, "
            "median equal",
            "PSNR hors des masques : luminance, minimum 44,7 dB, médiane 46,5 dB ; chrominance, "
            "minimum 49,7 dB, médiane identique",
        ),
        (
            "text",
            "damaged, so that they could not be checked: 1 frame; masks near them are held and "
            "enlarged",
            "endommagées, de sorte qu’elles n’ont pu être contrôlées : 1 image ; les masques "
            "voisins sont maintenus et agrandis",
        ),
        (
            "text",
            "needs review: 1 span to look at and 2 failed checks",
            "à relire : 1 endroit à examiner et 2 vérifications non satisfaites",
        ),
        ("removed", "stream 1: tag: title", "flux 1 : étiquette : title"),
        (
            "removed",
            "stream 1: attachment, not named here",
            "flux 1 : pièce jointe, non nommée ici",
        ),
    ],
)
def test_known_texts_are_translated(section: str, english: str, french: str) -> None:
    assert FRENCH(section, english) == french
    assert Phrases("en")(section, english).unescape() == english


def test_other_texts_are_marked() -> None:
    marked = '<span lang="en">box &#39;&lt;b&gt;&#39; at byte 4</span> '
    note = '<span class="note">(en anglais)</span>'
    assert FRENCH("text", "box '<b>' at byte 4") == marked + note
    mixed = FRENCH("text", "61 of 63 frames; something else")
    assert mixed.startswith("61 images sur 63") and '<span lang="en">something else' in mixed
    assert FRENCH("check", "a check of tomorrow").endswith(note)


def test_the_report_translates_checks_steps_and_warnings(tmp_path: Path) -> None:
    manifest = build_manifest(make_record(tmp_path))
    checks = [{"name": "boxes", "passed": True, "detail": "none but those needed for playing"}]
    manifest = msgspec.structs.replace(
        manifest,
        audit={**(manifest.audit or {}), "checks": checks},
        warnings=("parts of the video could not be decoded", "something new"),
    )
    french, english = report_html(manifest, "fr").decode(), report_html(manifest).decode()
    for words in (
        "<td>structure du fichier (boîtes)</td>",
        "<td>rien en dehors de ce qu’exige la lecture</td>",
        "<td>détection</td>",
        "<td>fuite possible</td>",
        "<li>des parties de la vidéo n’ont pu être décodées</li>",
        '<li><span lang="en">something new</span> <span class="note">(en anglais)</span></li>',
        "<li>conteneur : étiquette : location</li>",
    ):
        assert words in french, words
    assert "<td>detect</td>" not in french
    assert '<span lang="en">' not in english and "<td>boxes</td>" in english
