"""The servers and databases that tests are given, embedded or in containers."""

import time

from tests.kit.databases import fresh_name
from tests.kit.nats_streams import on_jetstream, stream_names
from tests.kit.servers import Database, Messages


def test_the_run_has_postgresql_18(postgres: Database) -> None:
    assert postgres.execute("SHOW server_version").startswith("18")


def test_an_empty_database_is_of_one_test(postgres: Database, empty_database_url: str) -> None:
    name = empty_database_url.rpartition("/")[2]
    assert postgres.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == "0"


def test_a_copy_has_what_its_template_has(postgres: Database) -> None:
    template, copy = fresh_name(), fresh_name()
    postgres.execute(f"CREATE DATABASE {template}")
    postgres.execute("CREATE TABLE kept AS SELECT 7 AS number", template)
    began = time.perf_counter()
    postgres.execute(f"CREATE DATABASE {copy} TEMPLATE {template}")
    print(f"a copy took {(time.perf_counter() - began) * 1000:.0f} ms")
    assert postgres.execute("SELECT number FROM kept", copy) == "7"
    postgres.execute(f"DROP DATABASE {copy}")
    postgres.execute(f"DROP DATABASE {template}")


def test_an_own_postgres_survives_what_a_test_does_to_it(own_postgres: Database) -> None:
    own_postgres.execute("CREATE TABLE kept AS SELECT 7 AS number")
    url = own_postgres.url()
    own_postgres.kill()
    own_postgres.start()
    own_postgres.pause()
    own_postgres.resume()
    own_postgres.stop()
    own_postgres.start()
    assert own_postgres.execute("SELECT number FROM kept") == "7"
    assert own_postgres.url() == url


async def test_an_own_nats_survives_what_a_test_does_to_it(own_nats: Messages) -> None:
    async with on_jetstream(own_nats.url) as jetstream:
        await jetstream.add_stream(name="kept", subjects=["kept"])
    url = own_nats.url
    own_nats.kill()
    own_nats.start()
    own_nats.pause()
    own_nats.resume()
    own_nats.stop()
    own_nats.start()
    assert own_nats.url == url
    assert await stream_names(own_nats.url) == ["kept"]


async def test_the_run_has_a_nats_with_jetstream(nats_server: Messages) -> None:
    name = fresh_name()
    async with on_jetstream(nats_server.url) as jetstream:
        await jetstream.add_stream(name=name, subjects=[name])
        assert name in await stream_names(nats_server.url)
        await jetstream.delete_stream(name)
