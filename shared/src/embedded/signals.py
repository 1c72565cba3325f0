"""Signals to processes that may have ended in the meantime."""

import contextlib
import os
import signal
from collections.abc import Iterable


def send(number: signal.Signals, process_ids: Iterable[int]) -> None:
    for process_id in process_ids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)
