"""The pages of docs/ as a site: strict, and readable without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make site` builds it: a dead link is an error."""
    pytest.importorskip("material", reason="make site installs MkDocs with Material, absent here")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_every_page_exists(site: Path) -> None:
    pages = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    wanted = {"index.html", "lawyers.html", "journalists.html", "fr/demarrer.html", "trust.html"}
    assert wanted <= pages
    assert {"project/security.html", "project/real.html"} <= pages


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loads = re.compile(r"<(?:script|img|iframe|source)[^>]+src=[\"']?(?:https?:)?//[^\s>]+", re.I)
    sheets = re.compile(
        r"<link[^>]+rel=[\"']?(?:stylesheet|preconnect|icon)[^>]*href=[\"']?(?:https?:)?//", re.I
    )
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not loads.search(text) and not sheets.search(text), page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet


@pytest.mark.slow
def test_no_page_shows_a_missing_picture(site: Path) -> None:
    for page in site.rglob("*.html"):
        for source in re.findall(r"<img[^>]+src=[\"']?([^\"'\s>]+)", page.read_text("utf-8")):
            assert source.startswith("data:") or (page.parent / source).exists(), (page, source)
