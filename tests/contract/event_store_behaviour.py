"""The whole behaviour of an event store, for a class that has a fixture `store`: the same for every implementation."""

from tests.contract.behaviour.admission import Admission
from tests.contract.behaviour.appending import Appending
from tests.contract.behaviour.conditions import Conditions
from tests.contract.behaviour.reading import Reading
from tests.contract.behaviour.subscribing import Subscribing


class EventStoreBehaviour(Appending, Admission, Conditions, Reading, Subscribing):
    """Written so that it may run on a log with a past, and beside others on the same log but for positions."""
