"""One thread that lasts as long as the process, for starting children.

The kernel sends a parent's death when the *thread* that started the child ends, so no other thread may start one. It
is a daemon: an exit does not wait for it, also where a signal interrupted whoever was handing work to it.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_work: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
_starting = threading.Lock()
_threads: list[threading.Thread] = []


def on_lasting_thread(work: Callable[[], T]) -> T:
    """Runs it there, waits, and returns or raises what it does."""
    _see_to_the_thread()
    outcome: Future[T] = Future()
    _work.put((work, outcome))
    return outcome.result()


def _see_to_the_thread() -> None:
    with _starting:
        if not any(thread.is_alive() for thread in _threads):
            thread = threading.Thread(target=_serve, name="starts-children", daemon=True)
            _threads.append(thread)
            thread.start()


def _serve() -> None:
    while True:
        work, outcome = _work.get()
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            outcome.set_exception(error)
