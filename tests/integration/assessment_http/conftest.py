"""One system for all tests here that leave it running, and clients for it."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from tests.integration.assessment_http.api import Api, a_session
from tests.integration.assessment_http.steps import Employer, an_employer
from tests.integration.assessment_http.system import System, a_system
from tests.kit.backends import a_nats, a_postgres
from tests.kit.databases import fresh_name, migrate
from tests.kit.servers import Database


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, postgres: Database, template_database: str) -> Iterator[System]:
    """With a NATS of its own: the stream is of this log."""
    with (
        a_nats() as messages,
        a_system(
            directory := tmp_path_factory.mktemp("system"),
            postgres,
            template_database,
            messages,
            {
                "ASSESSMENT_MAIL_DIRECTORY": str(directory / "mail"),
                "ASSESSMENT_MAIL_FROM": "tests@example.org",
                "ASSESSMENT_MAIL_PAUSE_SECONDS": "0.1",
            },
        ) as made,
    ):
        yield made


@pytest.fixture(scope="session")
def own_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system whose parts a test may break, if it mends them again; with the durability that production has."""
    with a_postgres(durable=True) as database, a_nats() as messages:
        template = fresh_name()
        database.execute(f"CREATE DATABASE {template}")
        migrate(database.url(template))
        directory = tmp_path_factory.mktemp("own")
        with a_system(directory, database, template, messages, webs=1) as made:
            yield made


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with a_session() as made:
        yield made


@pytest.fixture
def api(system: System, session: aiohttp.ClientSession) -> Api:
    """Without a credential."""
    return Api(session, system.url)


@pytest.fixture
async def employer(api: Api) -> Employer:
    return await an_employer(api)
