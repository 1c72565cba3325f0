"""The writer's thread: does one piece of work after the other, and hands back what each came to."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar, TypeVarTuple

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

_THREAD_NAME: Final = "eventrail-writer"

Done = Callable[[Result | Exception], None]
"""Takes a result, or the error that came instead."""


class Writer:
    """`hand_back` is called in the thread, with a call that is to be made where the results are wanted.

    A piece of work costs two wake-ups, there and back, whatever it holds: that is why appends are committed in groups.
    """

    def __init__(self, hand_back: Callable[[Callable[[Any], None], Any], object]) -> None:
        self._hand_back = hand_back
        self._work: SimpleQueue[tuple[Callable[[], Any], Callable[[Any], None]] | None] = SimpleQueue()
        # A daemon, since `stop` is not reached where the event loop fell: it must not keep the process then.
        self._thread = Thread(target=self._run, name=_THREAD_NAME, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], Result], done: Done[Result]) -> None:
        """Have the work done in its turn; `done` is handed back with what it came to."""
        self._work.put((work, done))

    def stop(self) -> None:
        """Returns when all that was given is done."""
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            work, done = given
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - whoever gave the work decides what its failure means
                result = error
            try:
                self._hand_back(done, result)
            except RuntimeError:  # the event loop was closed meanwhile: nobody wants results any more
                return
            # Nothing of it is kept while the thread waits.
            del given, work, done, result
