"""Which file a worker helps with for which none is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from redact.batch import Done
from redact.batch.connect import MOST_TIMES, Helpers
from redact.batch.work import Order


@dataclass(eq=False)
class Task:
    """A future of dask, as far as it is looked at."""

    order: Order
    worker: str
    status: str = "pending"
    said: dict[str, Any] = field(default_factory=dict)
    cancelled: bool = False

    def result(self) -> Done:
        return Done(self.said)

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture
def orders(tmp_path: Path) -> list[Order]:
    for name, size in (("small", 10), ("large", 1000), ("middle", 100)):
        (tmp_path / name).write_bytes(bytes(size))
    return [Order(str(tmp_path / name), (), "") for name in ("small", "large", "middle")]


def test_the_largest_of_those_with_fewest_helpers_is_helped(orders: list[Order]) -> None:
    helpers = Helpers(orders, Task)
    assert not helpers.send("a", set()), "nothing is worked on"
    assert all(helpers.send(worker, {0, 1, 2}) for worker in "abcd")
    assert [number for number, _ in helpers.at_work.values()] == [1, 2, 0, 1]
    sent = dict(helpers.at_work)
    assert sorted(helpers.call_back(1)) == ["a", "d"]
    assert {task.worker for task in sent if task.cancelled} == {"a", "d"}
    assert sorted(worker for _, worker in helpers.at_work.values()) == ["b", "c"]


def test_a_short_file_and_a_helper_that_fails_are_left_alone(orders: list[Order]) -> None:
    helpers = Helpers(orders, Task)
    assert helpers.send("a", {1})
    (task,) = helpers.at_work
    task.status, task.said = "finished", {"ranges": None}
    assert helpers.returned(task) == "a"
    assert not helpers.send("b", {1}), "it is too short, whoever comes"
    for _ in range(MOST_TIMES):
        assert helpers.send("a", {2})
        (task,) = helpers.at_work
        task.status = "error"
        assert helpers.returned(task) == "a"
    assert not helpers.send("a", {2}) and helpers.send("b", {2})
