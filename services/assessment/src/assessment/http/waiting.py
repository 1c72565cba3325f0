"""`?at_least=<position>`: a read that waits, bounded, until the projection has come that far."""

from collections.abc import Mapping

from assessment.app.checkpoint_watch import CheckpointWatch
from assessment.http.parameters import read_position
from assessment.http.problems import try_again
from contracts.assessment.limits import MAX_WAIT_SECONDS
from contracts.problems import ProblemType


async def wait_as_asked(
    watch: CheckpointWatch, query: Mapping[str, str], *, wait_seconds: float = MAX_WAIT_SECONDS
) -> None:
    """Obey `at_least`; a projection that does not come that far in time is answered with 503."""
    position = read_position(query, "at_least")
    if position is not None and not await watch.reached(position, wait_seconds):
        raise try_again(ProblemType.UNAVAILABLE, "The projection has not come that far yet.", 1)
