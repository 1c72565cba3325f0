"""Sealed values opened for an answer: who a candidate is, what they answered, and an author's own keys."""

from collections.abc import Iterable, Mapping

from assessment.app.vault import SealedForCandidate, Vault
from assessment.domain.commands import Seat
from assessment.domain.sealing import (
    answer_context,
    details_context,
    notes_context,
    opened_answer,
    opened_details,
    opened_keys,
    opened_notes,
    opened_reason,
    opened_records,
    reason_context,
    records_context,
)
from contracts.assessment.take import GivenAnswer
from contracts.events.candidates import CandidateDetails
from contracts.events.sittings import AnswerRecord
from contracts.questions import AnswerKey


async def details_of(
    vault: Vault, employer_id: str, sealed: Iterable[tuple[str, str]]
) -> dict[str, CandidateDetails | None]:
    """Open (candidate id, sealed details), by candidate; None for one that was erased."""
    distinct = dict(sealed)
    items = [SealedForCandidate(one, details_context(one), value) for one, value in distinct.items()]
    plain = await vault.open_for_candidates(employer_id, items)
    return {one: None if value is None else opened_details(value) for one, value in zip(distinct, plain, strict=True)}


async def records_of(
    vault: Vault, employer_id: str, candidate_id: str, submission_id: str, sealed: str
) -> tuple[AnswerRecord, ...] | None:
    plain = await vault.open_for_candidate(employer_id, candidate_id, records_context(submission_id), sealed)
    return None if plain is None else opened_records(plain)


async def notes_of(
    vault: Vault, employer_id: str, candidate_id: str, submission_id: str, sealed: str | None
) -> dict[str, str] | None:
    """Open what reviewers wrote, by question; None once the candidate was erased."""
    if sealed is None:
        return {}
    plain = await vault.open_for_candidate(employer_id, candidate_id, notes_context(submission_id), sealed)
    return None if plain is None else {one.question_id: one.note for one in opened_notes(plain)}


async def saved_answers(vault: Vault, seat: Seat, attempt: int, sealed: Mapping[str, str]) -> dict[str, GivenAnswer]:
    """Open an attempt's saved answers, by question; none once the candidate was erased."""
    items = [
        SealedForCandidate(seat.candidate_id, answer_context(seat.sitting_id, attempt, question_id), value)
        for question_id, value in sealed.items()
    ]
    plain = await vault.open_for_candidates(seat.employer_id, items)
    return {
        question_id: opened_answer(value) for question_id, value in zip(sealed, plain, strict=True) if value is not None
    }


async def reasons_of(vault: Vault, employer_id: str, sealed: Iterable[tuple[str, str, str]]) -> dict[str, str | None]:
    """Open (candidate id, sitting id, sealed reason), by candidate; None for one that was erased."""
    rows = list(sealed)
    plain = await vault.open_for_candidates(
        employer_id,
        [SealedForCandidate(candidate, reason_context(sitting), value) for candidate, sitting, value in rows],
    )
    return {row[0]: None if value is None else opened_reason(value) for row, value in zip(rows, plain, strict=True)}


def keys_of(vault: Vault, assessment_id: str, sealed: str) -> tuple[AnswerKey, ...]:
    """Open an assessment's keys; there are none before the first list of questions."""
    return opened_keys(vault.open_keys(assessment_id, sealed)) if sealed else ()
