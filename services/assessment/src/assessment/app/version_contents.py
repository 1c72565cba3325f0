"""Published versions, opened once and remembered: they never change."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from assessment.app.secrets import Secrets
from assessment.app.vault import open_keys
from assessment.domain.sealing import opened_keys
from assessment.read_models.connections import Connection
from assessment.read_models.statements import compiled
from assessment.read_models.tables import versions
from contracts.questions import AnswerKey, Question

REMEMBERED_VERSIONS: Final = 200

_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])
_VERSIONS: Final = compiled(
    select(versions.c.assessment_id, versions.c.version, versions.c.questions, versions.c.sealed_keys).where(
        versions.c.assessment_id == any_(bindparam("ids", type_=ARRAY(UUID(as_uuid=False))))
    )
)

Pin = tuple[str, int]
"""An assessment's id and its version."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is asked and what a right answer is; keys are opened."""

    questions: tuple[Question, ...]
    keys: tuple[AnswerKey, ...]
    sealed_keys: str


def opened_content(secrets: Secrets, assessment_id: str, questions: bytes | str, sealed_keys: str) -> Content:
    """A draft before its first questions has nothing sealed, and so no keys."""
    keys = opened_keys(open_keys(secrets, assessment_id, sealed_keys)) if sealed_keys else ()
    return Content(_QUESTIONS.decode(questions), keys, sealed_keys)


class VersionContents:
    """The latest used versions; a miss is one query on the command's own connection."""

    def __init__(self, secrets: Secrets, limit: int = REMEMBERED_VERSIONS) -> None:
        self._secrets = secrets
        self._limit = limit
        self._remembered: OrderedDict[Pin, Content] = OrderedDict()

    async def of(self, connection: Connection, pins: Iterable[Pin]) -> dict[Pin, Content]:
        """The contents of published versions that exist."""
        wanted = set(pins)
        found = {pin: content for pin in wanted if (content := self._remembered.get(pin)) is not None}
        for pin in found:
            self._remembered.move_to_end(pin)
        if missing := wanted - found.keys():
            found.update(await self._read(connection, missing))
        return found

    async def _read(self, connection: Connection, missing: set[Pin]) -> dict[Pin, Content]:
        ids = sorted({assessment_id for assessment_id, _ in missing})
        read: dict[Pin, Content] = {}
        for row in await connection.fetch(_VERSIONS.text, *_VERSIONS.arguments(ids=ids)):
            pin = (row["assessment_id"], row["version"])
            if pin in missing:
                read[pin] = opened_content(self._secrets, pin[0], row["questions"], row["sealed_keys"])
        self._remembered.update(read)
        while len(self._remembered) > self._limit:
            self._remembered.popitem(last=False)
        return read
