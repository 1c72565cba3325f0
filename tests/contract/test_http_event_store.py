from collections.abc import AsyncIterator, Iterator

import pytest

from eventrail_client import EventrailClient, EventStore
from tests.contract.event_store_behaviour import EventStoreBehaviour
from tests.kit.processes import Processes
from tests.kit.services import SERVICE_TOKEN, Service, start_eventrail


@pytest.fixture(scope="module", params=["true", "false"], ids=["shortcut", "application"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("eventrail")
    processes = Processes(directory, [])
    yield start_eventrail(processes, directory / "log", environment={"EVENTRAIL_SHORTCUT": request.param})
    processes.kill_all()


class TestHttpEventStore(EventStoreBehaviour):
    @pytest.fixture
    async def store(self, server: Service) -> AsyncIterator[EventStore]:
        async with EventrailClient(server.url, SERVICE_TOKEN) as client:
            yield client
