"""The collector of cycles in a process that serves."""

import gc
from typing import Final

COLLECTIONS: Final = (50_000, 20, 20)
"""After how many new objects cycles are looked for: what a request is made of goes without that."""


def collect_seldom() -> None:
    """What stands at the start stays, so no collection looks at it again: looking through all of it takes 80 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
