"""Errors that an operator can act on, as one line each; anything else is a fault of ours, with its trace."""

from typing import Final

from asyncpg.exceptions import (
    InterfaceError,
    InternalClientError,
    InvalidParameterValueError,
    InvalidSchemaNameError,
    PostgresError,
    UndefinedTableError,
)

from assessment.app.errors import LogUnavailable
from assessment.app.server_secret import NotMigrated
from assessment.migrations.making_roles import RolesMissing
from assessment.projections.appends import EventUnreadable
from assessment.projections.folding import RowUnexpected
from assessment.projections.pausing import NoPause
from assessment.projections.rebuilding import RebuildRefused
from assessment.projections.rule_broken import RuleBroken
from assessment.projections.workers import PartFailed
from assessment.read_models.failures import first_line
from assessment.read_models.safety import UnsafeDatabase
from assessment.settings import LimitsInverted, MailSenderMissing
from eventrail_client.errors import StoreError
from servicekit.server import AddressTaken
from servicekit.settings import SettingsRefused

OPERATOR_ERRORS: Final = (
    SettingsRefused,
    AddressTaken,
    LimitsInverted,
    MailSenderMissing,
    NotMigrated,
    RolesMissing,
    UnsafeDatabase,
    LogUnavailable,
    StoreError,
    RebuildRefused,
    NoPause,
    EventUnreadable,
    RowUnexpected,
    RuleBroken,
    PartFailed,
    PostgresError,
    InterfaceError,
    InternalClientError,
    OSError,
)


def one_line(failure: BaseException) -> str:
    """The error in one line; a missing table or role means that the database was not migrated."""
    if isinstance(failure, UndefinedTableError | InvalidSchemaNameError | InvalidParameterValueError):
        return "the database is not migrated; run `assessment migrate`"
    if isinstance(failure, PostgresError):
        return f"the database answered: {first_line(failure)}"
    return " ".join(str(failure).split()) or type(failure).__name__
