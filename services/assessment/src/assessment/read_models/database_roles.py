"""The PostgreSQL roles that connections act as. Logins are members of them and have no rights of their own.

A connection names its role when it is made, so acting as one costs no round trip. The names are the cluster's.
"""

from enum import StrEnum
from typing import Final


class DatabaseRole(StrEnum):
    """OWNER owns schemas, tables and lookups, and is what migrations and rebuilds act as."""

    OWNER = "assessment_owner"
    COMMANDS = "assessment_commands"
    PROJECTOR = "assessment_projector"
    READER = "assessment_reader"


SERVING: Final = (DatabaseRole.COMMANDS, DatabaseRole.PROJECTOR, DatabaseRole.READER)
"""What the service's own login acts as."""

OF_ONE_EMPLOYER: Final = (DatabaseRole.COMMANDS, DatabaseRole.READER)
"""What row-level security shows one employer's rows at a time."""

OF_ALL_EMPLOYERS: Final = (DatabaseRole.OWNER, DatabaseRole.PROJECTOR)
"""What applies the log, and so sees every employer's rows: by a policy, since BYPASSRLS takes a superuser to give."""
