"""A migrated database for each test, as a copy of a template that was migrated once."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from tests.kit.servers import Database

MIGRATE = (sys.executable, "-m", "assessment.cli", "migrate")


def fresh_name() -> str:
    return f"test_{uuid.uuid4().hex}"


def migrate(url: str) -> None:
    """Runs the service's own migrations, as an operator does."""
    finished = subprocess.run(
        MIGRATE, env={**os.environ, "ASSESSMENT_DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
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
    yield from _a_database(postgres, "template1")


@pytest.fixture
def database_url(postgres: Database, template_database: str) -> Iterator[str]:
    """A migrated database of this test's own."""
    yield from _a_database(postgres, template_database)


def _a_database(postgres: Database, template: str) -> Iterator[str]:
    name = fresh_name()
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
