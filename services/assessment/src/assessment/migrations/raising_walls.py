"""Grants, policies and lookups as this version declares them: put up where they are not known to stand already."""

import hashlib
from collections.abc import Iterator
from typing import Final

from assessment.read_models.connections import Connection
from assessment.read_models.generations import GENERATIONS, tables_in
from assessment.read_models.lookups import ACCESS, definitions
from assessment.read_models.queries_access import CLAIM_OF_TOKEN, KEY_OF_SECRET, SEAT_OF_TOKEN
from assessment.read_models.queries_assessments import ASSESSMENT_OF_SLUG
from assessment.read_models.queries_health import SWEEP_LAG
from assessment.read_models.scratch_tables import scratch_metadata
from assessment.read_models.tables import LIVE
from assessment.read_models.vault_tables import vault_metadata
from assessment.read_models.walls import walls

LOOKUPS: Final = (KEY_OF_SECRET, SEAT_OF_TOKEN, CLAIM_OF_TOKEN, ASSESSMENT_OF_SLUG, SWEEP_LAG)

_STANDING: Final = f"SELECT obj_description(to_regnamespace('{ACCESS}'), 'pg_namespace')"
_GENERATIONS: Final = "SELECT nspname FROM pg_namespace WHERE nspname = ANY($1::text[])"


def declared() -> str:
    """What tells one version's walls from another's."""
    everything = "\n".join((*walls(tables_in(LIVE)), *_beside_projections()))
    return hashlib.sha256(everything.encode()).hexdigest()


async def walls_stand(connection: Connection) -> bool:
    return bool(await connection.fetchval(_STANDING) == declared())


async def raise_walls(connection: Connection) -> None:
    """Put them all up, as the owner, in the caller's transaction, which holds commands and the projector off."""
    for generation in await connection.fetch(_GENERATIONS, list(GENERATIONS)):
        for definition in walls(tables_in(generation["nspname"])):
            await connection.execute(definition)
    for definition in _beside_projections():
        await connection.execute(definition)
    await connection.execute(f"COMMENT ON SCHEMA {ACCESS} IS '{declared()}'")


def _beside_projections() -> Iterator[str]:
    yield from walls(vault_metadata)
    yield from walls(scratch_metadata)
    yield from definitions(LOOKUPS)
