"""Decisions about employers: who they are, and how many assessments they may have active at once."""

from assessment.domain.commands import ChangeEmployerLimit, CreateEmployer
from assessment.domain.decision import Decision, Events, Reason, Refused
from assessment.domain.owned import own_employer
from assessment.domain.state import State
from assessment.domain.text import accepted_line
from contracts.assessment.limits import MAX_ACTIVE_LIMIT, MAX_NAME_CHARACTERS
from contracts.events import EmployerCreated, EmployerLimitChanged


def create_employer(command: CreateEmployer, state: State) -> Decision:
    if command.employer_id in state.employers:
        raise Refused(Reason.CONFLICT, "The employer exists already")
    created = EmployerCreated(
        employer_id=command.employer_id,
        name=accepted_line(command.name, "$.name", max_characters=MAX_NAME_CHARACTERS),
        active_limit=_in_range(command.active_limit),
        api_key_sha256=command.api_key_sha256,
        at=command.now,
    )
    return Events((created,))


def change_limit(command: ChangeEmployerLimit, state: State) -> Decision:
    """Change the limit, but never to below what is active already: closing assessments comes first."""
    employer = own_employer(state, command.employer_id, command.expected_position)
    limit = _in_range(command.active_limit)
    if limit < employer.active_count:
        detail = f"{employer.active_count} assessments are active; close some first"
        raise Refused(Reason.CONFLICT, detail, at="$.active_limit", seen=str(limit))
    changed = EmployerLimitChanged(
        employer_id=employer.id,
        name=employer.name,
        active_limit=limit,
        active_count=employer.active_count,
        at=command.now,
    )
    return Events((changed,))


def _in_range(active_limit: int) -> int:
    if not 0 <= active_limit <= MAX_ACTIVE_LIMIT:
        detail = f"The limit goes from 0 to {MAX_ACTIVE_LIMIT}"
        raise Refused(Reason.MALFORMED, detail, at="$.active_limit", seen=str(active_limit))
    return active_limit
