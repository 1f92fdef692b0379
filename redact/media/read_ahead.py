"""Decodes in a thread of its own, a few frames ahead of the consumer.

While one frame is looked at or drawn, the next ones are decoded and turned upright. What comes out
is what came out without it: the same frames in the same order, and the same errors at the same
place.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

MOST_WAITING_FRAMES = 3
"""Frames that wait at most. More would gain nothing where the two sides are alike from frame to
frame, and each takes 12 MB in 4K."""

_ASK_SECONDS = 0.1
"""Seconds after which a thread that waits for room asks whether anybody still wants its frames."""

T = TypeVar("T")


class _End:
    """Nothing more comes, because of `error` if there was one."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


@contextmanager
def read_ahead(frames: Iterable[T], most: int = MOST_WAITING_FRAMES) -> Iterator[Iterator[T]]:
    """Iterator of the same things, made in a thread while the context is open.

    Errors of `frames` are raised where their frame would have come. When the context is left,
    the thread has ended.
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
        # Simple queues are written in C; one with a bound is not, and takes longer than a frame of
        # a still camera needs for all else. So room for a thing is taken from a second one.
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
                    source.close()  # here, for it belongs to this thread
        except BaseException as raised:  # whatever it is, it is raised again by `things`
            error = raised
        self._give(_End(error))

    def _give(self, thing: T | _End) -> bool:
        """Whether it was taken; False if nobody wants any more."""
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
        """Return when the thread has ended."""
        self._unwanted.set()
        self.join()
