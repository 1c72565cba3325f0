"""The controls of what a simulation holds the log to: each thing that must not stand is found, and its twin isn't."""

from datetime import timedelta
from typing import Any, TypeVar

import msgspec
import pytest

from contracts.events import (
    AccommodationGranted,
    AccommodationWithdrawn,
    EmployerCreated,
    Fact,
    KeyCreated,
    KeyRevoked,
    KeyRotated,
    PublicLinkChanged,
    PublicLinkJoined,
    SittingDeadlineMoved,
    SittingStarted,
)
from tests.integration.assessment_app.world import NOW
from tests.simulation.assessment.newer_wishes import LIMIT_SECONDS
from tests.simulation.assessment.standing import wrong

T = TypeVar("T", bound=msgspec.Struct)


def a(kind: type[T], **fields: Any) -> T:
    """A fact of employer `e`, with only what is looked at."""
    names = (field.name for field in msgspec.structs.fields(kind))
    return kind(**dict.fromkeys(names) | {"employer_id": "e"} | fields)


LIMIT = timedelta(seconds=LIMIT_SECONDS)
MADE, OTHER = a(EmployerCreated), a(KeyCreated, key_id="k", role="owner")
CAP = a(PublicLinkChanged, assessment_id="a", enabled=True, max_joins=1)
JOINED = a(PublicLinkJoined, assessment_id="a")
REVOKED = a(KeyRevoked, key_id="e")
ROTATED = a(KeyRotated, key_id="k", generation=2)
GRANTED = a(AccommodationGranted, sitting_id="s", extra_seconds=60)
WITHDRAWN = a(AccommodationWithdrawn, sitting_id="s")
STARTED = a(SittingStarted, sitting_id="s", at=NOW, deadline_at=NOW + LIMIT)
MORE = a(SittingStarted, sitting_id="s", at=NOW, deadline_at=NOW + LIMIT + timedelta(seconds=60))
MOVED = a(SittingDeadlineMoved, sitting_id="s", previous_deadline_at=NOW + LIMIT, deadline_at=NOW)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((CAP, JOINED, JOINED), "full or switched off"),
        ((a(PublicLinkChanged, assessment_id="a", enabled=False), JOINED), "full or switched off"),
        ((JOINED, JOINED, CAP), "a cap below"),
        ((MADE, REVOKED), "last owner key"),
        ((MADE, OTHER, REVOKED, a(KeyRevoked, key_id="k")), "last owner key"),
        ((MADE, OTHER, a(KeyRevoked, key_id="k"), ROTATED), "after it was revoked"),
        ((MADE, OTHER, ROTATED, ROTATED), "twice"),
        ((GRANTED, STARTED), "without what was granted"),
        ((GRANTED, WITHDRAWN, MORE), "without what was granted"),
        ((STARTED, MOVED, MOVED), "from where it was not"),
    ],
)
def test_control_what_must_not_stand_is_found(facts: tuple[Fact, ...], said: str) -> None:
    (found,) = wrong(facts)
    assert said in found


@pytest.mark.parametrize(
    "facts",
    [
        (JOINED, CAP),
        (MADE, OTHER, REVOKED, ROTATED),
        (GRANTED, MORE),
        (GRANTED, WITHDRAWN, STARTED, MOVED),
    ],
)
def test_what_may_stand_is_not(facts: tuple[Fact, ...]) -> None:
    assert wrong(facts) == []
