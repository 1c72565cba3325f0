"""All that a preview needs of an assessment: the draft as it is, or what was published."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from assessment.read_models.queries_reader import Reader
from assessment.read_models.statements import compiled
from assessment.read_models.tables import assessments
from contracts.questions import Pool, Question, Settings

_POOLS: Final = msgspec.json.Decoder(tuple[Pool, ...])
_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])
_ONE: Final = compiled(
    select(assessments).where(
        assessments.c.employer_id == bindparam("employer_id"), assessments.c.id == bindparam("assessment_id")
    )
)


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """version: null for a draft; sealed_keys is empty before the first list of questions."""

    settings: Settings
    questions: tuple[Question, ...]
    sealed_keys: str
    key_version: int
    version: int | None


async def preview_of(reader: Reader, employer_id: str, assessment_id: str) -> PreviewRow | None:
    """Answer keys among it: ask a reader that has them."""
    row = await reader.one(_ONE, employer_id=employer_id, assessment_id=assessment_id)
    if row is None:
        return None
    values: dict[str, Any] = dict(row) | {"pools": _POOLS.decode(row["pools"])}
    return PreviewRow(
        settings=Settings(**{name: values[name] for name in Settings.__struct_fields__}),
        questions=_QUESTIONS.decode(row["questions"]),
        sealed_keys=row["sealed_keys"],
        key_version=row["key_version"],
        version=row["version"],
    )
