"""Decodes in a separate thread, a few frames ahead of the consumer.

While one frame is scanned or drawn, the thread decodes the next ones and turns them upright. The
consumer gets the same frames in the same order, and the same errors at the same place, as without
the thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

MOST_WAITING_FRAMES = 3
"""Most frames that wait for the consumer. More would gain nothing if both sides keep a steady pace,
and each takes 12 MB in 4K."""

_ASK_SECONDS = 0.1
"""Seconds after which a thread waiting for room checks whether its frames are still wanted."""

T = TypeVar("T")


class _End:
    """Marks the end of the frames, and holds the error that caused it, if any."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


@contextmanager
def read_ahead(frames: Iterable[T], most: int = MOST_WAITING_FRAMES) -> Iterator[Iterator[T]]:
    """Context with an iterator of the same items, produced in a thread.

    An error of `frames` is raised in place of the frame that it prevented. On leaving the context,
    the thread has ended.

    Args:
        frames: iterated in the thread, which also closes it if it is a generator.
        most: most items that wait for the consumer.
    """
    thread = _Reader(frames, most)
    thread.start()
    try:
        yield thread.things()
    finally:
        thread.stop()


class _Reader(threading.Thread, Generic[T]):
    def __init__(self, frames: Iterable[T], most: int) -> None:
        super().__init__(name="decoding", daemon=True)
        self._frames = frames
        # A `Queue` with a bound is written in Python and takes longer than everything else that a
        # frame of a still camera needs. `SimpleQueue` is written in C, so a second one holds the
        # free places.
        self._ready: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        self._room: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(most):
            self._room.put(None)
        self._unwanted = threading.Event()

    def run(self) -> None:
        error: BaseException | None = None
        try:
            source = iter(self._frames)
            try:
                for frame in source:
                    if not self._give(frame):
                        return
            finally:
                if isinstance(source, Generator):
                    source.close()  # in the thread that ran it
        except BaseException as raised:  # `things` raises it again
            error = raised
        self._give(_End(error))

    def _give(self, thing: T | _End) -> bool:
        """Put an item when there is room; False if the consumer has stopped."""
        while not self._unwanted.is_set():
            try:
                self._room.get(timeout=_ASK_SECONDS)
            except queue.Empty:
                continue
            self._ready.put(thing)
            return True
        return False

    def things(self) -> Iterator[T]:
        while True:
            thing = self._ready.get()
            self._room.put(None)
            if not isinstance(thing, _End):
                yield thing
                continue
            if thing.error is not None:
                raise thing.error
            return

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        self._unwanted.set()
        self.join()
