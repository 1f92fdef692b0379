"""What the program tells is a code, and every code has its words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import redact
from redact.auditing import FindingKind
from redact.files import check_writable
from redact.words import LANGUAGES, Message, Words, reason_of, told

ENGLISH, FRENCH = Words("en"), Words("fr")
HOME = Path(redact.__file__).parent
PLACE = re.compile(r"\{(\w+)(?::([^}]*))?\}")
SPREAD = {
    "place": {"element": "Segment/Info", "at": 40},
    "_lowest_and_median(self._luma)": {"low": 30.0, "median": None},
    "_lowest_and_median(self._chroma)": {"low": 30.0, "median": None},
}
"""What is filled in from a mapping, by how the program writes it."""


def problems() -> Iterator[tuple[str, str, set[str]]]:
    """Every error that has a code: where, the code, and the names of its values."""
    for path in sorted(HOME.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "problem":
                code = node.args[1]
                if isinstance(code, ast.Constant):
                    names = {k.arg for k in node.keywords if k.arg is not None}
                    yield f"{path.relative_to(HOME)}:{node.lineno}", str(code.value), names


def forms(words: Words, code: str) -> list[str]:
    entry = words.tables["message"][code]
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def places(words: Words, code: str) -> set[tuple[str, str]]:
    return {pair for text in forms(words, code) for pair in PLACE.findall(text)}


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every message that the program can say: where, its code, and the names of its values."""
    for path in sorted(HOME.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message":
                where = f"{path.relative_to(HOME)}:{node.lineno}"
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{where}: a code must be written out"
                names = {k.arg for k in node.keywords if k.arg is not None}
                for keyword in node.keywords:
                    if keyword.arg is None:
                        names |= SPREAD[ast.unparse(keyword.value)].keys()
                yield where, str(code.value), names


def test_every_message_has_words_for_all_that_it_holds() -> None:
    said = set()
    for where, code, names in calls():
        assert ENGLISH.knows(code), f"{where}: no words for {code}"
        assert {name for name, _ in places(ENGLISH, code)} | {"count"} >= names, (where, code)
        assert {name for name, _ in places(ENGLISH, code)} <= names, (where, code)
        said.add(code)
    assert ENGLISH.tables["message"].keys() == said


def test_languages_have_the_same_tables_codes_and_places() -> None:
    assert ENGLISH.tables.keys() == FRENCH.tables.keys()
    for name, table in ENGLISH.tables.items():
        assert table.keys() == FRENCH.tables[name].keys(), name
    for code in ENGLISH.tables["message"]:
        assert places(ENGLISH, code) - {("count", "")} == places(FRENCH, code) - {("count", "")}
        for words in (ENGLISH, FRENCH):
            for text in forms(words, code):
                for _, how in PLACE.findall(text):
                    assert how in ("", "dB", ".1f", ".2f") or how in words.tables, (code, how)


def test_no_french_text_was_left_in_english() -> None:
    """Words that are the same in both languages; anything else was forgotten."""
    alike = {
        code
        for code in ENGLISH.tables["message"]
        if forms(ENGLISH, code)[-1] == forms(FRENCH, code)[-1]
    }
    assert alike == {"named", "tag_unread", "size"}


def values_of(words: Words, code: str) -> dict[str, Any]:
    numbers = {".1f": 1.25, ".2f": 1.25, "dB": 44.7}
    return {name: numbers.get(how, "face" if how else 7) for name, how in places(words, code)} | {
        "count": 7
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_said(language: str) -> None:
    words = Words(language)
    for code in words.tables["message"]:
        for count in (0, 1, 2):
            text = words.message(code, {**values_of(words, code), "count": count})
            assert not PLACE.search(text) and "count=" not in text, (code, text)


def test_terms_of_the_audit_are_in_the_catalogue() -> None:
    assert {kind.value for kind in FindingKind} == ENGLISH.tables["finding"].keys()
    source = "".join(path.read_text("utf-8") for path in (HOME / "auditing").glob("*.py"))
    for table in ("rule", "check"):
        for name in ENGLISH.tables[table]:
            assert f'"{name}"' in source, (table, name)


def test_numbers_are_written_as_the_language_writes_them() -> None:
    told = Message("luma_outside", low=44.72, median=None)
    assert str(told) == "PSNR outside the masks: luma lowest 44.7 dB, median equal"
    french = "PSNR hors des masques : luminance, minimum 44,7 dB, médiane identique"
    assert FRENCH.message(told.code, told.values) == french
    none = FRENCH.message("decode_errors", {"count": 0})
    assert none == "0 erreur de décodage" and str(Message("decode_errors", count=0))[-1] == "s"


def test_a_message_of_tomorrow_or_one_that_was_edited_stops_no_report() -> None:
    assert FRENCH.message("of_tomorrow", {"n": 3}) == "of_tomorrow n=3"
    assert FRENCH.message("sound_left", {"seconds": "{0.__class__}"}).startswith("sound_left")
    assert FRENCH.message("named", {}) == "named"


def test_every_error_with_a_code_has_words_and_a_cure_in_both_languages() -> None:
    said = set()
    for where, code, names in problems():
        english, french = (words.tables["problem"][code] for words in (ENGLISH, FRENCH))
        assert len(english) == len(french) == 2 and all(english + french), (where, code)
        assert {name for name, _ in PLACE.findall(" ".join(english))} == names, (where, code)
        assert {name for name, _ in PLACE.findall(" ".join(french))} <= names, (where, code)
        assert english[0] != french[0] and (english[1] != french[1] or code == "cannot_write")
        said.add(code)
    assert said == ENGLISH.tables["problem"].keys()


def test_an_error_of_a_file_is_told_in_either_language(tmp_path: Path) -> None:
    with pytest.raises(redact.RedactError) as caught:
        check_writable(tmp_path / "nowhere" / "a.mp4")
    error, path = caught.value, tmp_path / "nowhere" / "a.mp4"
    english = (f"{path}: cannot be written (No such file or directory)", "make the folder first")
    assert (error.message, error.hint) == told(error, "en") == english
    assert told(error, "fr") == (
        f"{path} : écriture impossible (ce fichier ou ce dossier n’existe pas)",
        "créez d’abord le dossier",
    )
    assert told(redact.RedactError("only English", "so"), "fr") == ("only English", "so")
    odd = OSError(9999, "odd")
    assert reason_of(odd) == "odd"
