"""Advisory locks, by number: what commands, migrations and rebuilds exclude one another with."""

from typing import Final

GENERATION_LOCK: Final = 4_200_001
"""Held shared by every command and every batch of the projector; exclusively while generations are swapped."""

MIGRATION_LOCK: Final = 4_200_002
REBUILD_LOCK: Final = 4_200_003
"""Held for a whole rebuild or verify, so that one runs at a time."""

BEGIN: Final = f"BEGIN; SELECT pg_advisory_xact_lock_shared({GENERATION_LOCK})"
"""One round trip; the statements after it see the generation that is live once the lock is held."""
