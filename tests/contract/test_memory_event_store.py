import pytest

from eventrail_client import EventStore, MemoryEventStore
from tests.contract.event_store_behaviour import EventStoreBehaviour


class TestMemoryEventStore(EventStoreBehaviour):
    @pytest.fixture
    def store(self) -> EventStore:
        return MemoryEventStore()
