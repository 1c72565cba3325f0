"""The fixtures that every test may ask for."""

from hypothesis import settings

from tests.kit.backends import nats_server, own_nats, own_postgres, postgres
from tests.kit.databases import database_url, empty_database_url, template_database
from tests.kit.processes import processes
from tests.kit.properties import PROPERTY

__all__ = [
    "database_url",
    "empty_database_url",
    "nats_server",
    "own_nats",
    "own_postgres",
    "postgres",
    "processes",
    "template_database",
]

settings.register_profile("busy", PROPERTY)
settings.load_profile("busy")
