"""What an event is about: the tags that its boundaries, the streams of its readers and its subject are made of."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from assessment.domain.boundaries import BOUNDARIES, Boundary, BoundaryRef
from contracts.events import Fact, type_of

SUBJECTS: Final[Mapping[str, str]] = {
    "employer": "employer_id",
    "assessment": "assessment_id",
    "sitting": "sitting_id",
    "candidate": "candidate_id",
    "invite": "invite_id",
    "key": "key_id",
}
"""Tag name and the field that holds its id, in the order of an event's tags: the tenant comes first."""


def tags_of(fact: Fact) -> tuple[str, ...]:
    """Give an event's tags: the employer's first, then each thing that the fact names."""
    return tuple(f"{name}:{getattr(fact, field)}" for name, field in SUBJECTS.items() if hasattr(fact, field))


def touched(fact: Fact) -> tuple[BoundaryRef, ...]:
    """Give the boundaries that the fact belongs to: their rows are locked for it and stamped with its position."""
    return tuple([BoundaryRef(boundary, getattr(fact, field)) for boundary, field in belonging(type_of(fact))])


@cache
def belonging(event_type: str) -> tuple[tuple[Boundary, str], ...]:
    """Give the boundaries of a type of fact, each with the field that holds the id of its row."""
    return tuple((boundary, SUBJECTS[boundary.tag_name]) for boundary in BOUNDARIES if event_type in boundary.types)
