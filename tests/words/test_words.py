"""Every message of the program is a code, and every code has its text in both languages."""

from __future__ import annotations

import ast
import functools
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import redact
from redact import errors
from redact.cli.app import COMMANDS, SECTIONS
from redact.cli.app import redact as program
from redact.cli.help import _CLICK, _SECTION_OF, OPTION_SECTIONS, with_words
from redact.files import check_writable
from redact.types import FindingKind
from redact.words import (
    LANGUAGES,
    Message,
    Words,
    error_as_json,
    error_from_json,
    error_words,
    language_of,
    problem,
    reason_of,
    speak,
    surface,
)

ENGLISH, FRENCH = Words("en"), Words("fr")
HOME = Path(redact.__file__).parent
PLACE = re.compile(r"(?<!\{)\{(\w+)(?::([^}]*))?\}")
TAKES_A_CODE = {"Message": 0, "say": 0, "problem": 1, "verdict_on": 2, "_no_signature": 1}
"""Functions whose argument of this number is a code."""
KINDS = {name for name, kind in inspect.getmembers(errors, inspect.isclass)} - {"RedactError"}
SPEAKS = {"say", "warn", "tell", "echo", "print", "fail", "secho", "add"}
"""Methods and functions that show text to a person, or keep it for one (finds of `inspect`)."""
COMMAND = re.compile(r"^(pip|apt-get|\{cure) ?")
"""A cure that is a command stays as it is."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    speak("en")
    for _ in every_command():  # each gets its English help back
        pass


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(HOME.rglob("*.py")):
        yield str(path.relative_to(HOME)), ast.parse(path.read_text("utf-8"))


def calls() -> Iterator[tuple[str, str, str, set[str] | None]]:
    """Every place that uses a code: file, function, code, and the names of its values, None if they
    are not all written out."""
    for name, tree in trees():
        for node in ast.walk(tree):
            function = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if not isinstance(node, ast.Call) or function not in TAKES_A_CODE:
                continue
            code = (
                node.args[TAKES_A_CODE[function]]
                if len(node.args) > TAKES_A_CODE[function]
                else None
            )
            codes = [code.body, code.orelse] if isinstance(code, ast.IfExp) else [code]
            names = {k.arg for k in node.keywords if k.arg is not None}
            for one in codes:
                if isinstance(one, ast.Constant):
                    whole = len(names) == len(node.keywords)
                    yield (
                        f"{name}:{node.lineno}",
                        function,
                        str(one.value),
                        names if whole else None,
                    )


def forms(entry: Any) -> list[str]:
    """All texts of an entry of a catalogue."""
    if isinstance(entry, dict):
        return [text for value in entry.values() for text in forms(value)]
    return [text for part in entry for text in forms(part)] if isinstance(entry, list) else [entry]


def places(entry: Any) -> set[str]:
    return {name for text in forms(entry) for name, _ in PLACE.findall(text)}


def test_every_code_has_a_text_with_all_its_values() -> None:
    for where, function, code, names in calls():
        table = "problem" if function == "problem" else "message"
        assert code in ENGLISH.tables[table], f"{where}: no words for {code}"
        wanted = places(ENGLISH.tables[table][code])
        if names is not None:
            assert wanted <= names, f"{where}: {code} lacks {wanted - names}"
            extra = names - wanted - {"count", "track"}
            assert not extra, f"{where}: {code} does not tell {extra}"


def test_no_text_is_unused() -> None:
    source = "\n".join(path.read_text("utf-8") for path in HOME.rglob("*.py"))
    started = set(re.findall(r'(?:say|Message)\(f"(\w+)\{', source))
    for table in ("message", "problem"):
        for code in ENGLISH.tables[table]:
            there = f'"{code}"' in source or f"'{code}'" in source
            assert there or any(map(code.startswith, started)), code


def test_warnings_on_the_page_name_no_option() -> None:
    """A lawyer at the page read "(--audio mute drops it)" and had nowhere to type that."""
    source = "\n".join(path.read_text("utf-8") for path in (HOME / "pipeline").glob("*.py"))
    warned = set(re.findall(r'\.warn\(\s*Message\(\s*"(\w+)"', source)) | {"not_played_everywhere"}
    assert len(warned) > 10
    for words in (ENGLISH, FRENCH):
        page = words.tables["on_page"]
        assert page.keys() <= words.tables["message"].keys()
        for code in warned | page.keys():
            for text in forms(page.get(code, words.tables["message"][code])):
                assert not re.search(r"--[a-z]|redact [a-z]+ ", text), (code, text)
        for code in page:
            assert places(page[code]) <= places(words.tables["message"][code]), code


def test_refusals_on_the_page_name_no_command() -> None:
    """A box drawn beside the picture was refused with four coordinates of "new track 5"."""
    for words in (ENGLISH, FRENCH):
        page, own = words.tables["problem_on_page"], words.tables["problem"]
        assert page.keys() <= own.keys()
        for code, text in page.items():
            assert places(text) <= places(own[code]), code
            assert not re.search(r"--[a-z]|redact [a-z]+ |track|frame", " ".join(text)), code


def test_languages_have_the_same_tables_codes_and_placeholders() -> None:
    assert ENGLISH.tables.keys() == FRENCH.tables.keys()
    for name, table in ENGLISH.tables.items():
        assert table.keys() == FRENCH.tables[name].keys(), name
        for code in table:
            there = places(table[code]) - {"count"}
            assert there == places(FRENCH.tables[name][code]) - {"count"}, code
    for words in (ENGLISH, FRENCH):
        for entry in (*words.tables["message"].values(), *words.tables["problem"].values()):
            for text in forms(entry):
                for _, how in PLACE.findall(text):
                    known = ("", ",", "dB", "clock", ".0f", ".1f", ".2f", "04X")
                    assert how in known or how in words.tables, text


def test_a_code_is_in_one_room() -> None:
    for language in LANGUAGES:
        seen: dict[tuple[str, str], str] = {}
        for file in (HOME / "words" / language).glob("*.toml"):
            for table, rows in surface(language, file.stem).items():
                for code in rows if table in ("message", "problem") else ():
                    assert seen.setdefault((table, code), file.name) == file.name, code


def test_no_line_breaks_before_a_french_sign() -> None:
    assert surface("fr", "page")["percent"] == "{n}\N{NARROW NO-BREAK SPACE}%"
    assert FRENCH.tables["term"]["colon"] == "\N{NO-BREAK SPACE}:"
    for file in (HOME / "words" / "fr").glob("*.toml"):
        for text in forms(surface("fr", file.stem)):
            assert not re.search(r" [:;?!»%]|[«°] ", text), text


def test_no_french_text_was_left_in_english() -> None:
    """The exceptions are words that are the same in both languages."""
    alike = {
        code
        for code, entry in ENGLISH.tables["message"].items()
        if forms(entry)[-1] == forms(FRENCH.tables["message"][code])[-1]
    }
    assert alike == {
        *("named", "tag_unread", "size", "part_failed", "part_unread", "score", "cell_count")
    }
    for code, (what, cure) in ENGLISH.tables["problem"].items():
        french = FRENCH.tables["problem"][code]
        assert what != french[0] and (cure != french[1] or COMMAND.match(cure)), code
        assert what and cure and all(french), code
        for text in (cure, french[1]):
            begins_well = not text[0].islower() or text.startswith("redact ")
            assert begins_well or COMMAND.match(text), text


def values_of(entry: Any) -> dict[str, Any]:
    numbers = {".0f": 1.0, ".1f": 1.25, ".2f": 1.25, "dB": 44.7, "clock": 7.5, "04X": 7, ",": 1000}
    return {
        name: numbers.get(how, "face" if how else 7)
        for text in forms(entry)
        for name, how in PLACE.findall(text)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_and_error_can_be_formatted(language: str) -> None:
    words = Words(language)
    for code, entry in words.tables["message"].items():
        for count in (0, 1, 2):
            text = words.message(code, {**values_of(entry), "count": count})
            assert not PLACE.search(text) and "count=" not in text, (code, text)
    for code, entry in words.tables["problem"].items():
        assert all(words.problem(code, values_of(entry))), code


def is_sentence(node: ast.AST) -> bool:
    """Whether it contains two words."""
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return any(isinstance(t, str) and re.search(r"[a-z]{2,} [a-z]{2,}", t) for t in texts)


def test_no_sentence_for_users_is_in_a_python_file() -> None:
    """Errors are raised with `problem`, and messages printed with `say`."""
    found = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
            told_here = called in KINDS or called == "RedactError" or called in SPEAKS
            if told_here and any(is_sentence(a) for a in node.args if not isinstance(a, ast.Call)):
                found.append(f"{name}:{node.lineno} {called}")
            if called == "option" and any(k.arg == "help" for k in node.keywords):
                found.append(f"{name}:{node.lineno} help")
    assert found == []


def every_command() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program)
    waiting = [(name, program.get_command(context, name)) for name in COMMANDS]
    while waiting:
        path, command = waiting.pop()
        assert command is not None
        yield path, command
        for name, inner in getattr(command, "commands", {}).items():
            waiting.append((f"{path} {name}", inner))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_has_help(language: str) -> None:
    speak(language)
    words, used = surface(language, "help"), set()
    for path, command in every_command():
        assert command.help == words[path]["about"]
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"{path} {option.name}"
                used.add(option.name if option.name not in words[path] else f"{path}.{option.name}")
    with_words(program, "redact")
    named = {"about"} | {f"{name}_default" for name in ("targets", "sensitivity", "margin")}
    assert words["command_sections"].keys() == SECTIONS.keys()
    assert words["option_sections"].keys() == OPTION_SECTIONS.keys()
    assert _SECTION_OF.keys() <= {name.rpartition(".")[2] for name in used}
    for table, rows in words.items():
        if table == "options":
            assert rows.keys() <= used
        elif not table.endswith("_sections") and table not in (
            "commands",
            "exit_codes",
            "manual",
            "reference",
            "metavar",
            "click",
            "redact",
        ):
            assert {f"{table}.{name}" for name in rows.keys() - named} <= used, table


def test_help_has_the_same_tables_and_keys_in_both_languages() -> None:
    english, french = surface("en", "help"), surface("fr", "help")
    assert english.keys() == french.keys()
    for table, rows in english.items():
        assert rows.keys() == french[table].keys(), table
    alike = {
        text for t, rows in english.items() for k, text in rows.items() if text == french[t][k]
    }
    assert alike <= english["metavar"].keys() | {"Options", "SYNOPSIS", "DESCRIPTION", "Code"}


def test_the_translated_texts_of_click_exist_in_click() -> None:
    """A newer click may change them; French help would then be half English."""
    source = "".join(inspect.getsource(module) for module in _CLICK)
    literals = {
        n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and n.value
    }
    assert surface("en", "help")["click"].keys() <= literals


def test_terms_of_the_audit_are_in_the_catalogue() -> None:
    assert {kind.value for kind in FindingKind} == ENGLISH.tables["finding"].keys()
    source = "".join(path.read_text("utf-8") for path in (HOME / "auditing").glob("*.py"))
    for table in ("rule", "check"):
        for name in ENGLISH.tables[table]:
            assert f'"{name}"' in source, (table, name)


def test_numbers_are_written_as_the_language_writes_them() -> None:
    message = Message("luma_outside", low=44.72, median=None)
    assert str(message) == "PSNR outside the masks: luma lowest 44.7 dB, median equal"
    french = "PSNR hors des masques\u00a0: luminance, minimum 44,7 dB, médiane identique"
    assert FRENCH.message(message.code, message.values) == french
    assert FRENCH.message("at_time", {"at": "1:00:02.917"}) == "à 1:00:02,917"
    times = "0:01.5–0:01.7, 0:02.3"
    assert FRENCH.value(times, "") == "0:01,5–0:01,7\N{NARROW NO-BREAK SPACE}; 0:02,3"
    for language, other in ((ENGLISH, times), (FRENCH, "cam 0:01.5"), (FRENCH, "0:01.5.mp4")):
        assert language.value(other, "") == other
    none = FRENCH.message("decode_errors", {"count": 0})
    assert none == "0 erreur de décodage" and str(Message("decode_errors", count=0))[-1] == "s"


def test_an_unknown_or_edited_message_stops_no_report() -> None:
    assert FRENCH.message("of_tomorrow", {"n": 3}) == "of_tomorrow n=3"
    assert FRENCH.message("sound_left", {"seconds": "{0.__class__}"}).startswith("sound_left")
    assert FRENCH.message("named", {}) == "named"


def test_an_error_stored_in_a_file_can_be_shown_in_either_language(tmp_path: Path) -> None:
    with pytest.raises(redact.RedactError) as caught:
        check_writable(tmp_path / "nowhere" / "a.mp4")
    error, path = caught.value, tmp_path / "nowhere" / "a.mp4"
    english = (f"{path}: cannot be written (No such file or directory)", "Make the folder first.")
    assert (error.message, error.hint) == error_words(error, "en") == english
    assert error_words(error, "fr") == (
        f"{path}\u00a0: écriture impossible (ce fichier ou ce dossier n’existe pas)",
        "Créez d’abord le dossier.",
    )
    assert error_words(redact.RedactError("only English", "so"), "fr") == ("only English", "so")
    odd = OSError(9999, "odd")
    assert reason_of(odd) == "odd"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_BE"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "REDACT_LANG": "fr"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "REDACT_LANG": "en", "LC_ALL": "fr_FR"}, "en"),
    ],
)
def test_the_locale_or_the_variable_chooses_the_language(
    environment: dict[str, str], language: str
) -> None:
    assert language_of(environment) == language


def test_a_message_stored_as_json_is_shown_in_one_language() -> None:
    """A French index said of a result "existe déjà : it was made with other settings"."""
    other = Message("result_other_settings", settings="style")
    for why in (other, problem(errors.UsageError, "no_findings_there", number=1)):
        error = problem(errors.OutputExistsError, "result_in_the_way", path="a.mp4", why=why)
        kept = json.loads(json.dumps(error_as_json(error, "a.mp4")))
        for language in LANGUAGES:
            speak(language)
            assert error_from_json(kept) == error_words(error)
    assert error_words(error, "fr")[0] != error_words(error, "en")[0]


@pytest.mark.slow
def test_a_third_language_is_one_folder(tmp_path: Path) -> None:
    """Polish has three plural forms where English has two, and is mentioned nowhere else."""
    package = tmp_path / "redact"
    package.mkdir()
    for part in HOME.iterdir():
        if part.name != "words":
            (package / part.name).symlink_to(part)
    shutil.copytree(HOME / "words", package / "words")
    polish = Path(shutil.copytree(HOME / "words" / "en", package / "words" / "pl"))
    words = (polish / "cli.toml").read_text("utf-8")
    forms = '{ one = "{count} obraz", few = "{count} obrazy", other = "{count} obrazów" }'
    assert words.count("[message]\n") == 1
    new = f"[message]\nimages = {forms}\n"
    (polish / "cli.toml").write_text(words.replace("[message]\n", new), "utf-8")
    terms = (polish / "terms.toml").read_text("utf-8")
    assert 'face = "face"' in terms
    (polish / "terms.toml").write_text(terms.replace('face = "face"', 'face = "twarz"'), "utf-8")
    asked = """
from redact.words import LANGUAGES, Words
words = Words("pl")
assert LANGUAGES == ("en", "fr", "pl"), LANGUAGES
print(*(words.message("images", {"count": n}) for n in (1, 2, 5, 22, 112)), sep=", ")
print(words.word("target_short", "face"), words.number("1,234.5"))
from redact.review.server import page_files
files = page_files()
print("/pl.json" in files, b' data-languages="en fr pl"' in files["/"].body)
"""
    at = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"}
    run = functools.partial(subprocess.run, env=at, cwd=tmp_path, text=True, capture_output=True)
    done = run([sys.executable, "-c", asked])
    assert done.stdout.split("\n")[:3] == [
        "1 obraz, 2 obrazy, 5 obrazów, 22 obrazy, 112 obrazów",
        "twarz 1\N{NO-BREAK SPACE}234,5",
        "True True",
    ], done.stderr
    helped = run([sys.executable, "-m", "redact", "--lang", "pl", "plan", "show", "--help"])
    assert helped.returncode == 0 and "[en|fr|pl]" in helped.stdout, helped.stderr


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=LANGUAGES)
def test_every_stage_has_its_words_on_the_terminal_and_on_the_page(words: Words) -> None:
    """The page showed "stage.upright"."""
    sources = "".join(path.read_text("utf-8") for path in HOME.rglob("*.py"))
    stages = set(re.findall(r"\.(?:stage|step)\(\s*\"(\w+)\"", sources))
    assert len(stages) > 8 and stages - {"wait"} <= words.tables["doing"].keys()
    on_page = {f"stage.{name}" for name in stages - {"survey"}}
    assert on_page <= surface(words.language, "page").keys()
