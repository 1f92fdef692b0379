"""Drawn text of many sizes and places is read, and nothing is read where there is none."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.reading import (
    MOST_LINES,
    NumberReader,
    Reader,
    Text,
    is_plate_number,
    looks_burnt_in,
)
from redact.types import Frame


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(2)


def drawn(
    text: str, height: float, at: tuple[int, int], size: tuple[int, int] = (640, 360)
) -> NDArray[np.uint8]:
    """A grey picture with dark letters of this height on a light plate."""
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    scale, thick = height / 22, max(1, round(height / 9))
    (wide, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    x, y = at
    pad = int(height / 2)
    cv2.rectangle(picture, (x - pad, y - tall - pad), (x + wide + pad, y + pad), (230,) * 3, -1)
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (20,) * 3, thick, cv2.LINE_AA)
    return picture


def plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@pytest.mark.parametrize("height", [14, 20, 40, 90])
def test_a_number_is_read_at_its_place(reader: Reader, height: int) -> None:
    picture = drawn("KX72 BRT", height, (60, 200))
    (line,) = reader.read(picture)
    assert plain(line.text) == "KX72BRT"
    assert is_plate_number(line.text)
    assert abs(line.box.y2 - 200) < height / 2 and abs(line.box.x1 - 60) < height / 2


@pytest.mark.parametrize("height", [11, 14, 40, 90])
def test_a_place_is_read_enlarged(reader: Reader, height: int) -> None:
    picture = drawn("KX72 BRT", height, (60, 200))
    wide = cv2.getTextSize("KX72 BRT", cv2.FONT_HERSHEY_SIMPLEX, height / 22, height // 9)[0][0]
    box = np.array([60 - height / 3, 200 - 1.3 * height, 60 + wide + height / 3, 200 + height / 3])
    lines = reader.read_place(picture, box)
    assert [plain(line.text) for line in lines] == ["KX72BRT"]
    assert abs(lines[0].box.x1 - 60) < height and abs(lines[0].box.y2 - 200) < height


@pytest.mark.parametrize(("text", "legible"), [("5154", True), ("MENU", False)])
def test_a_number_in_a_small_part_of_its_box_is_read(text: str, legible: bool) -> None:
    """On a tilted two-line plate of a scooter, the text detector marked only one number."""
    picture = av.VideoFrame.from_ndarray(drawn(text, 22, (60, 200)), format="rgb24")
    frame = Frame(0, 0, Fraction(1, 25), picture)
    box = np.array([[30.0, 150, 160, 240]])
    assert NumberReader(2).legible(frame, box).tolist() == [legible]


@pytest.mark.parametrize(
    ("text", "at", "chance"),
    [("KX72 BRT", 200, 0.9), ("X72", 200, 0.5), ("X72", 2, 0.9), ("", 200, None)],
)
def test_a_number_on_a_vehicle_is_a_plate(text: str, at: int, chance: float | None) -> None:
    """Three letters are half a number, or, at the border, the rest of one."""
    shown = av.VideoFrame.from_ndarray(drawn(text, 20, (at, 200)), format="rgb24")
    vehicle = np.array([[at - 60.0, 100, at + 180, 300]])
    found = NumberReader(2).numbers(Frame(0, 0, Fraction(1, 25), shown), vehicle)
    assert found.score.tolist() == pytest.approx([] if chance is None else [chance])
    for x1, y1, x2, y2 in found.xyxy:
        assert x1 <= at and y1 <= 180 and y2 >= 200 and x2 >= at + 30


def test_a_sloping_line_is_straightened_and_read(reader: Reader) -> None:
    picture = drawn("4TB 8890", 40, (160, 200))
    turn = cv2.getRotationMatrix2D((320, 180), -20, 1)
    turned = np.asarray(cv2.warpAffine(picture, turn, (640, 360), borderValue=(90,) * 3), np.uint8)
    assert [plain(line.text) for line in reader.read(turned)] == ["4TB8890"]


def test_nothing_is_read_where_there_is_no_text(reader: Reader) -> None:
    empty = np.full((200, 300, 3), 120, np.uint8)
    assert reader.read(empty) == []
    assert reader.read_place(empty, np.array([50.0, 50, 120, 70])) == []
    assert reader.read_place(empty, np.array([400.0, 50, 420, 70])) == []


@pytest.mark.slow
def test_a_page_full_of_text_takes_bounded_time(reader: Reader) -> None:
    page = np.full((760, 1280, 3), 240, np.uint8)
    for y in range(40, 760, 40):
        for x in range(20, 1280, 160):
            cv2.putText(page, "ab7", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1, (0,) * 3, 2)
    read = [line for line in reader.read(page) if line.text]
    assert 50 <= len(read) <= MOST_LINES  # of 144


@pytest.mark.parametrize(
    "text",
    ["PE63 TVF", "32-LBD-6", "DP·989CC", "GJ15AE-4097", "90043", "粤B·12345", "UP 16 CU0006"],
)
def test_plate_numbers_are_recognised(text: str) -> None:
    assert is_plate_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "000",
        "WH .GOV",
        "MGE",
        "RESTAURANT",
        "12:41:07",
        "2024-05-01",
        "A1" * 8,
        "334-5182419",
        "888888",
    ],
)
def test_words_clocks_and_dates_are_no_plate_numbers(text: str) -> None:
    assert not is_plate_number(text)


def line(text: str, y: float, light: int, fall: float = 0) -> Text:
    corners = [(10, y), (110, y + fall), (110, y + 20 + fall), (10, y + 20)]
    return Text(text, 0.9, np.array(corners, np.float32), light)


@pytest.mark.parametrize(
    ("text", "y", "light", "fall", "caption"),
    [
        ("CAM 2", 5, 240, 0, True),
        ("CAM 2", 335, 240, 0, True),
        ("HARDWARE", 150, 240, 0, False),  # a sign in the middle of the picture
        ("HARDWARE", 5, 240, 9, False),  # one that is seen from the side
        ("HARDWARE", 5, 150, 0, False),  # one on which there is as much light as on a wall
        ("2024-05-01", 150, 240, 0, True),
        ("12:41:07 PM", 150, 140, 0, True),
        ("10:00 - 22:00", 150, 240, 0, False),  # when a shop is open
        ("2024-05-01", 150, 240, 30, False),
    ],
)
def test_captions_are_told_from_signs_by_their_appearance(
    text: str, y: float, light: int, fall: float, caption: bool
) -> None:
    assert looks_burnt_in(line(text, y, light, fall), 360) == caption
