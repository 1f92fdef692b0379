"""The page's files: complete in both languages, nothing from elsewhere, readable contrast."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import redact.review
from redact.plan import REASON_DAMAGED
from redact.report import ReportWords
from redact.review.looked_at import SPEEDS, VIEWS
from redact.review.refused_error import RefusedError, in_words
from redact.review.server import _words
from redact.words import LANGUAGES, surface

ASSETS = Path(redact.review.__file__).parent / "assets"
CODE = {p.name: p.read_text(encoding="utf-8") for p in ASSETS.iterdir() if p.is_file()}
# An sdist has no copy of axe.
VENDORED = list(filter(Path.is_dir, (ASSETS / "vendor", Path(__file__).parent / "axe")))
EN, FR = (_words(language) for language in LANGUAGES)
PLACE = re.compile(r"\{\w+\}")

SAME = {
    "how.mute", "view.original", "state.keep", "why.visible",
    "target.region", "filter.all", "end.elsewhere", "minutes",
    "seconds", "shape.ellipse",
}  # fmt: skip


def test_both_languages_have_the_same_words() -> None:
    assert EN.keys() == FR.keys()
    for key in EN:
        assert set(PLACE.findall(str(EN[key]))) == set(PLACE.findall(str(FR[key]))), key
    assert {key for key in EN if EN[key] == FR[key]} <= SAME


def test_what_is_counted_has_a_singular() -> None:
    """ "(1 autres ici)" used to be on the sheet of risky moments."""
    always_several = {"chosen", "followed"}
    for words in (EN, FR):
        plain = {key: text for key, text in words.items() if isinstance(text, str)}
        plural = {key for key, text in plain.items() if re.search(r"\{n\} \w+s\b", text)}
        assert plural <= always_several


def test_a_photograph_is_not_called_a_video() -> None:
    """Nor is a case of both: "The video is ready" stood over the copy of a photograph."""
    about_both = {"choose_folder", "videos_here"}
    of_no_photograph = {"refused.span_clip", "refused.no_sound"}
    of_a_long_video = {"survey_note", "row.no_sound", "mark_wrong", "refused.cut_outside"}
    for words in (EN, FR):
        said = {key for key, text in words.items() if re.search("vid[eé]o", str(text), re.I)}
        assert said == about_both | of_no_photograph | of_a_long_video


def test_every_word_of_the_page_is_in_the_catalogue() -> None:
    asked, started = set(), set()
    for name, text in CODE.items():
        if name.endswith(".js"):
            asked |= set(re.findall(r"\bt\(\s*\"([^\"]+)\"", text))
            asked |= set(re.findall(r'<\$\{\w+\}[^>]*? (?:word|title)="([^"]+)"', text))
            started |= set(re.findall(r"\bt\(\s*`([\w.]+)\$\{", text))
    assert asked - EN.keys() == set()
    for start in started:
        assert any(key.startswith(start) for key in EN), start


def test_automatic_reasons_are_shown_in_both_languages() -> None:
    """Plans contain them in English, and so did a French report and the page."""
    assert EN[f"reason.{REASON_DAMAGED}"] == REASON_DAMAGED != FR[f"reason.{REASON_DAMAGED}"]
    assert ReportWords("fr").term("reason", REASON_DAMAGED) == FR[f"reason.{REASON_DAMAGED}"]


def test_a_refusal_writes_times_as_its_language_does() -> None:
    said = in_words(RefusedError("mute_beside", begin="0:02.7", end="1:05.2"))["said"]
    assert "from 0:02.7 to 1:05.2," in said["en"][0] and "0:02,7 à 1:05,2" in said["fr"][0]


def test_no_word_is_unused() -> None:
    text = "\n".join(CODE.values())
    for key in surface("en", "page"):
        parts = key.split(".")
        if parts[0] == "refused":  # said by the server
            continue
        stems = [".".join(parts[:n]) for n in range(1, len(parts))]
        built = any(f"`{stem}.$" in text or f'words="{stem}"' in text for stem in stems)
        assert f'"{key}"' in text or built, key


def test_a_button_shows_its_key() -> None:
    rows = dict(re.findall(r'\["([^"]+)", "([\w.]+)"', CODE["keys.js"]))
    keys = {word: printed for printed, word in rows.items()}
    shown = re.findall(r'(?:word|title)="(\w+)" hotkey="([^"]+)"', "\n".join(CODE.values()))
    told = {word: key for word, key in shown if word in keys}
    assert len(told) > 10 and told.items() <= keys.items()


def test_every_state_and_view_has_its_words() -> None:
    for view in VIEWS:
        assert f"view.{view}" in EN and f"view.{view}_title" in EN
    assert all(f'"{speed}"' in CODE["player.js"] for speed in SPEEDS)


def test_nothing_comes_from_elsewhere_and_text_is_never_markup() -> None:
    for name, text in CODE.items():
        for address in re.findall(r"https?://[^\s\"'<>)]+", text):
            assert address == "http://www.w3.org/2000/svg", (name, address)
        assert not re.search(
            r"innerHTML|InnerHTML|outerHTML\s*=[^=]|insertAdjacentHTML|document\.write|eval\(", text
        )
        if name.endswith(".html"):
            assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", text)


def colours(theme: str) -> dict[str, str]:
    block = CODE["page.css"].split(":root {")[1 + (theme == "dark")].split("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


WORDS = [
    ("text", "ground"), ("text", "card"), ("text", "raised"), ("text", "accent-soft"),
    ("muted", "card"), ("muted", "raised"), ("muted", "ground"), ("muted", "accent-soft"),
    ("accent-text", "accent"), ("hide", "raised"), ("keep", "keep-soft"), ("none", "none-soft"),
    ("warn", "warn-soft"),
]  # fmt: skip
SHAPES = [("hide", "card"), ("warn", "card"), ("accent", "card"), ("seen", "lane")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_shapes_have_enough_contrast(theme: str) -> None:
    """WCAG AA: 4.5 for text, 3 for meaningful shapes."""
    own = colours(theme)
    for front, back in WORDS:
        assert contrast(own[front], own[back]) >= 4.5, (front, back)
    for front, back in SHAPES:
        assert contrast(own[front], own[back]) >= 3, (front, back)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_vendored_files_are_the_recorded_ones(folder: Path) -> None:
    """Version, source and licence are recorded beside each."""
    told = tomllib.loads((folder / "VENDORED.toml").read_text("utf-8"))
    assert told.keys() == {path.name for path in folder.glob("*.js")}
    for name, of in told.items():
        code = (folder / name).read_bytes()
        assert hashlib.sha256(code).hexdigest() == of["sha256"], name
        assert set(re.findall(rb'from"([\w@./-]+)"', code)) <= {b"./" + n.encode() for n in told}, (
            name
        )
        assert (folder / of["licence"]).read_text("utf-8").strip()


def test_every_refusal_has_its_words() -> None:
    """Every code of a refusal is in the catalogues, and no other."""
    sources = "\n".join(p.read_text("utf-8") for p in ASSETS.parent.glob("*.py"))
    raised = set(re.findall(r"RefusedError\(\s*\"(\w+)\"", sources))
    assert raised == {key.partition(".")[2] for key in EN if key.startswith("refused.")}
    assert RefusedError("alone", number=3).message == "Part 3 is already separate"
    assert RefusedError("alone", number=3).hint == "There is nothing to take apart."
