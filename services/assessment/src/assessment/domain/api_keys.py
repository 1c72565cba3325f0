"""Decisions about API keys: made, rotated and revoked by the employer's owners, who can't lock themselves out."""

from datetime import datetime, timedelta

from assessment.domain.commands import CreateKey, RevokeKey, RotateKey
from assessment.domain.decision import Decision, Events, Reason, Refused, Unchanged
from assessment.domain.invites import has_expired
from assessment.domain.owned import not_found, own_employer
from assessment.domain.state import EmployerState, KeyState, State
from assessment.domain.text import accepted_line, shown
from contracts.assessment.keys import Role
from contracts.assessment.limits import MAX_NAME_CHARACTERS
from contracts.events import KeyCreated, KeyRevoked, KeyRotated

FIRST_GENERATION = 1
"""Of a key's secrets; each rotation makes the next."""


def is_lasting_owner(role: Role, expires_at: datetime | None) -> bool:
    """Tell whether a key is one of those of which an employer always has one: an owner's, without an end."""
    return role == "owner" and expires_at is None


def create_key(command: CreateKey, state: State) -> Decision:
    own_employer(state, command.employer_id)
    if has_expired(command.expires_at, command.now):
        detail = "The time is not in the future"
        raise Refused(Reason.MALFORMED, detail, at="$.expires_at", seen=shown(command.expires_at))
    created = KeyCreated(
        key_id=command.key_id,
        employer_id=command.employer_id,
        name=accepted_line(command.name, "$.name", max_characters=MAX_NAME_CHARACTERS),
        role=command.role,
        key_sha256=command.key_sha256,
        expires_at=command.expires_at,
        at=command.now,
    )
    return Events((created,))


def rotate_key(command: RotateKey, state: State) -> Decision:
    """Give the key a new secret; its last one lives on for the overlap, and no longer than the key itself."""
    own_employer(state, command.employer_id)
    key = _own_key(state, command.employer_id, command.key_id)
    if key.revoked_at is not None or has_expired(key.expires_at, command.now):
        raise Refused(Reason.KEY_ENDED, "The key was revoked or has expired; make another")
    generation = key.generation + 1
    overlap_ends_at = command.now + timedelta(seconds=command.overlap_seconds)
    rotated = KeyRotated(
        key_id=key.id,
        employer_id=key.employer_id,
        name=key.name,
        role=key.role,
        generation=generation,
        key_sha256=command.digests[generation],
        previous_sha256=key.sha256,
        previous_ends_at=overlap_ends_at if key.expires_at is None else min(overlap_ends_at, key.expires_at),
        expires_at=key.expires_at,
        at=command.now,
    )
    return Events((rotated,))


def revoke_key(command: RevokeKey, state: State) -> Decision:
    """End the key with all its secrets; again changes nothing."""
    employer = own_employer(state, command.employer_id)
    key = _own_key(state, command.employer_id, command.key_id)
    if key.revoked_at is None:
        _check_other_owner(employer, key)
    revoked = KeyRevoked(
        key_id=key.id,
        employer_id=key.employer_id,
        name=key.name,
        role=key.role,
        created_at=key.created_at,
        expires_at=key.expires_at,
        at=command.now if key.revoked_at is None else key.revoked_at,
    )
    return Events((revoked,)) if key.revoked_at is None else Unchanged((revoked,))


def _own_key(state: State, employer_id: str, key_id: str) -> KeyState:
    key = state.keys.get(key_id)
    if key is None or key.employer_id != employer_id:
        raise not_found()
    return key


def _check_other_owner(employer: EmployerState, key: KeyState) -> None:
    if is_lasting_owner(key.role, key.expires_at) and employer.owner_keys <= 1:
        detail = "It is the employer's last owner key without an end; make another one first"
        raise Refused(Reason.LAST_OWNER_KEY, detail)
