"""`?at_least=<position>`: a read that waits, bounded, until the projection has come that far."""

from collections.abc import Mapping
from typing import Final

from assessment.app.checkpoint_watch import CheckpointWatch
from assessment.http.problems import malformed, try_again
from contracts.assessment.limits import MAX_WAIT_SECONDS
from contracts.problems import ProblemType

MAX_POSITION: Final = 2**63 - 1


async def wait_as_asked(
    watch: CheckpointWatch, query: Mapping[str, str], *, wait_seconds: float = MAX_WAIT_SECONDS
) -> None:
    """Obey `at_least`; a projection that does not come that far in time is answered with 503."""
    text = query.get("at_least")
    if text is None:
        return
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_POSITION):
        raise malformed("A position is a whole number from 0.", at="at_least", seen=text)
    if not await watch.reached(int(text), wait_seconds):
        raise try_again(ProblemType.UNAVAILABLE, "The projection has not come that far yet.", 1)
