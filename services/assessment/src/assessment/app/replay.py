"""A retry's answer: the facts of the append that its key stands for, read back from the log."""

from assessment.app.envelope import Executed
from assessment.app.errors import LogUnavailable
from assessment.read_models.command_keys import Outcome
from contracts.events import Fact, UnknownEvent, decode_event
from eventrail_client.errors import StoreError
from eventrail_client.port import EventStore


async def replayed(store: EventStore, outcome: Outcome) -> Executed:
    """Raises LogUnavailable."""
    facts: list[Fact] = []
    try:
        async for event in store.read_all(after=outcome.first - 1, before=outcome.last + 1):
            fact = decode_event(event.type, event.data)
            assert not isinstance(fact, UnknownEvent), f"this service recorded an unknown event: {event.type}"
            facts.append(fact)
    except StoreError as failure:
        raise LogUnavailable(str(failure)) from failure
    if len(facts) != outcome.last - outcome.first + 1:
        raise LogUnavailable("the log does not hold what was recorded")
    return Executed(tuple(facts), outcome.first, outcome.last, replayed=True)
