"""Advisory locks, by number: what commands, migrations and rebuilds exclude one another with."""

from typing import Final
from uuid import UUID

from assessment.read_models.employer_scope import SETTING

GENERATION_LOCK: Final = 4_200_001
"""Held shared by every command and every batch of the projector; exclusively while generations are swapped."""

MIGRATION_LOCK: Final = 4_200_002
REBUILD_LOCK: Final = 4_200_003
"""Held for a whole rebuild or verify, so that one runs at a time."""

BEGIN: Final = f"BEGIN; SELECT pg_advisory_xact_lock_shared({GENERATION_LOCK})"
"""One round trip; the statements after it see the generation that is live once the lock is held."""


def begin(employer_id: str) -> str:
    """Begin the same way, with one employer's rows to be seen and no others.

    Several statements in one round trip take no parameters; a UUID written anew holds nothing but digits and hyphens.
    """
    return f"{BEGIN}, set_config('{SETTING}', '{UUID(employer_id)}', true)"
