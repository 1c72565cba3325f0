"""A migrated database for each test, as a copy of a template that was migrated once."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.kit.servers import Database

OWNER = "assessment_owner"
SERVICE_LOGIN = "service:of-a-test"
MIGRATE = (sys.executable, "-m", "assessment.cli", "migrate")


def fresh_name() -> str:
    return f"test_{uuid.uuid4().hex}"


def service_url(url: str) -> str:
    """The same database for the login that the service has, which is no superuser."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{SERVICE_LOGIN}@{parts.netloc.rpartition('@')[2]}").geturl()


def migrate(url: str) -> None:
    """Runs the service's own migrations, as an operator does."""
    told = {"ASSESSMENT_DATABASE_URL": service_url(url), "ASSESSMENT_OWNER_DATABASE_URL": url}
    finished = subprocess.run(MIGRATE, env={**os.environ, **told}, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.fixture(scope="session")
def template_database(postgres: Database) -> str:
    """The name of the migrated template. Nobody may be connected to it while it is copied."""
    name = fresh_name()
    postgres.execute(f"CREATE DATABASE {name}")
    migrate(postgres.url(name))
    return name


@pytest.fixture
def empty_database_url(postgres: Database) -> Iterator[str]:
    """A database without any table of ours."""
    yield from _a_database(postgres, "")


@pytest.fixture
def database_url(postgres: Database, template_database: str) -> Iterator[str]:
    """A migrated database of this test's own."""
    yield from _a_database(postgres, a_copy_of(template_database))


def a_copy_of(template: str) -> str:
    """How to make one: rights in a database are copied with it, those of the database itself are not."""
    return f" TEMPLATE {template} OWNER {OWNER}"


def _a_database(postgres: Database, options: str) -> Iterator[str]:
    name = fresh_name()
    postgres.execute(f"CREATE DATABASE {name}{options}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
