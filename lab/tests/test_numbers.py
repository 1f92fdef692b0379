"""Which numbers count as tuned, and where they are said to come from."""

from __future__ import annotations

from lab.numbers import numbers, source


def test_numbers_come_with_the_command_that_measures_them() -> None:
    found = {(file, name): where for file, name, _, where in numbers()}
    assert found["mask_size.py", "MARGIN"] == "lab.real.misplaced --half dev"
    assert found["auditing/limits.py", "DETAIL"] == "lab.audit.pixels"
    assert found["track/sightings.py", "SPEED_TIME"] == "chosen on footage"


def test_what_follows_from_another_or_was_given_is_no_tuned_number() -> None:
    names = {name for _, name, _, _ in numbers()}
    assert {"UNRELATED_LIKENESS", "LESS", "STARTS"} <= names
    assert not {"LEAST_SCENE_LIKENESS", "FAINT", "IDENTITY", "VERIFIER_SIDE", "STRIDES"} & names


def test_a_number_without_a_measurement_is_a_judgement() -> None:
    assert source("Seconds between two looks: a blink.") == "judgement"
