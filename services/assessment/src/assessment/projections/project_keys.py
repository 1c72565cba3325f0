"""What facts about API keys change: the key's row, and the employer's count of owner keys that do not end."""

from assessment.domain.api_keys import FIRST_GENERATION, is_lasting_owner
from assessment.projections.changes import Change, Insert, Update
from contracts.events import EmployerCreated, KeyCreated, KeyRevoked, KeyRotated

FIRST_KEY_NAME = "First key"


def first_key(fact: EmployerCreated) -> Change:
    """Give the key that an employer is made with: an owner's, without an end, under the employer's own id."""
    created = KeyCreated(
        key_id=fact.employer_id,
        employer_id=fact.employer_id,
        name=FIRST_KEY_NAME,
        role="owner",
        key_sha256=fact.api_key_sha256,
        expires_at=None,
        at=fact.at,
    )
    return _inserted(created)


def created(fact: KeyCreated) -> tuple[Change, ...]:
    counted = Update("employers", {"id": fact.employer_id}, add={"owner_keys": 1})
    if is_lasting_owner(fact.role, fact.expires_at):
        return counted, _inserted(fact)
    return (_inserted(fact),)


def rotated(fact: KeyRotated) -> tuple[Change, ...]:
    changed = {
        "generation": fact.generation,
        "sha256": fact.key_sha256,
        "previous_sha256": fact.previous_sha256,
        "previous_ends_at": fact.previous_ends_at,
    }
    return (Update("api_keys", {"id": fact.key_id}, changed),)


def revoked(fact: KeyRevoked) -> tuple[Change, ...]:
    ended = Update("api_keys", {"id": fact.key_id}, {"revoked_at": fact.at})
    if is_lasting_owner(fact.role, fact.expires_at):
        return Update("employers", {"id": fact.employer_id}, add={"owner_keys": -1}), ended
    return (ended,)


def _inserted(fact: KeyCreated) -> Change:
    row = {
        "id": fact.key_id,
        "employer_id": fact.employer_id,
        "name": fact.name,
        "role": fact.role,
        "generation": FIRST_GENERATION,
        "sha256": fact.key_sha256,
        "previous_sha256": None,
        "previous_ends_at": None,
        "created_at": fact.at,
        "expires_at": fact.expires_at,
        "revoked_at": None,
    }
    return Insert("api_keys", row)
