"""What PostgreSQL's constraints say, as refusals, by the constraint's name: the one such table."""

from typing import Final

from asyncpg.exceptions import IntegrityConstraintViolationError

from assessment.domain.decision import Reason, Refused
from assessment.read_models.constraint_names import constraint_of

_SAID: Final[dict[str, tuple[Reason, str]]] = {
    "employers_active_within_limit": (Reason.ACTIVE_LIMIT_REACHED, "The employer has no active assessment left"),
    "employers_keep_an_owner_key": (Reason.LAST_OWNER_KEY, "It is the employer's last owner key without an end"),
    "submissions_once": (Reason.ALREADY_SUBMITTED, "The assessment was submitted already"),
    "submissions_one_per_attempt": (Reason.ALREADY_SUBMITTED, "The assessment was submitted already"),
    "sittings_pkey": (Reason.CONFLICT, "The sitting was started already"),
    "sittings_one_per_candidate": (Reason.CONFLICT, "The sitting was started already"),
    "public_links_joined_within_cap": (Reason.LINK_FULL, "The public link has no place left"),
    "public_links_of_assessment": (Reason.NOT_FOUND, "There is no such assessment"),
    "candidates_pkey": (Reason.ADDRESS_KNOWN, "The address is known already"),
    "assessments_of_employer": (Reason.NOT_FOUND, "There is no such employer"),
    "candidates_of_employer": (Reason.NOT_FOUND, "There is no such employer"),
    "api_keys_of_employer": (Reason.NOT_FOUND, "There is no such employer"),
    "invites_of_assessment": (Reason.NOT_FOUND, "There is no such assessment"),
    "invites_of_candidate": (Reason.NOT_FOUND, "There is no such candidate"),
    "verifications_of_invite": (Reason.NOT_FOUND, "There is no such invite"),
    "versions_of_assessment": (Reason.NOT_FOUND, "There is no such assessment"),
    "sittings_of_assessment": (Reason.NOT_FOUND, "There is no such assessment"),
    "sittings_of_version": (Reason.NOT_FOUND, "There is no such version"),
    "sittings_of_candidate": (Reason.NOT_FOUND, "There is no such candidate"),
    "accommodations_one_per_candidate": (Reason.CONFLICT, "The candidate has an accommodation already"),
    "accommodations_of_assessment": (Reason.NOT_FOUND, "There is no such assessment"),
    "accommodations_of_candidate": (Reason.NOT_FOUND, "There is no such candidate"),
    "saved_answers_of_sitting": (Reason.NOT_STARTED, "The sitting has not been started"),
    "submissions_of_sitting": (Reason.NOT_STARTED, "The sitting has not been started"),
    "submissions_of_version": (Reason.NOT_FOUND, "There is no such version"),
    "submissions_of_candidate": (Reason.NOT_FOUND, "There is no such candidate"),
}
_MALFORMED: Final[dict[str, str]] = {
    "public_links_cap_in_range": "$.max_joins",
    "employers_limit_in_range": "$.active_limit",
    "assessments_time_limit_in_range": "$.time_limit_seconds",
    "assessments_grace_in_range": "$.grace_seconds",
    "assessments_passing_in_range": "$.passing_percent",
    "assessments_question_count_in_range": "$.questions",
    "assessments_points_in_range": "$.questions",
    "accommodations_multiplier_in_range": "$.multiplier",
    "accommodations_minutes_in_range": "$.minutes",
    "saved_answers_sequence_in_range": "$.sequence",
}


def refusal_of(error: IntegrityConstraintViolationError) -> Refused | None:
    """The refusal that a violated constraint means; None where a violation can only be a fault of ours."""
    name = constraint_of(error) or ""
    if name in _SAID:
        reason, detail = _SAID[name]
        return Refused(reason, detail)
    if name in _MALFORMED:
        return Refused(Reason.MALFORMED, "The value is out of its range", at=_MALFORMED[name])
    return None


def known_constraints() -> frozenset[str]:
    """Every name that has a refusal; a test compares them with the tables."""
    return frozenset(_SAID) | frozenset(_MALFORMED)
