"""Decisions about more time for one candidate: granted and withdrawn before the start, or while the time runs.

While an attempt is in progress its deadline moves with the accommodation, and never into the past: a change by which
the time would be up at once is refused, so that nobody is cut off by it without anybody having said so.
"""

from datetime import datetime, timedelta

from assessment.domain.accommodation_commands import GrantAccommodation, WithdrawAccommodation
from assessment.domain.decision import Decision, Events, Reason, Refused, Sealer
from assessment.domain.extra_time import NO_EXTRA_TIME, ExtraTime, granted_time
from assessment.domain.numbers import canonical, counted, is_bounded
from assessment.domain.owned import check_position, not_found, own_assessment
from assessment.domain.sealing import plain_reason, reason_context
from assessment.domain.state import AssessmentState, State
from assessment.domain.text import accepted_required, shown
from contracts.assessment.limits import MAX_MULTIPLIER, MAX_REASON_CHARACTERS, MULTIPLIER_PLACES
from contracts.events import AccommodationGranted, AccommodationWithdrawn, SittingDeadlineMoved

AccommodationCommand = GrantAccommodation | WithdrawAccommodation


def accommodate(command: AccommodationCommand, state: State, sealer: Sealer) -> Decision:
    if isinstance(command, GrantAccommodation):
        return grant_accommodation(command, state, sealer)
    return withdraw_accommodation(command, state)


def grant_accommodation(command: GrantAccommodation, state: State, sealer: Sealer) -> Decision:
    """Grant more time, in place of what was granted before."""
    assessment = _timed(command, state)
    _check_terms(command)
    reason = accepted_required(command.reason, "$.reason", max_characters=MAX_REASON_CHARACTERS)
    limit = assessment.settings.time_limit_seconds
    extra = granted_time(limit, command.multiplier, command.minutes)
    moved = _moved(command, state, assessment, extra)
    granted = AccommodationGranted(
        sitting_id=command.sitting_id,
        assessment_id=assessment.id,
        employer_id=assessment.employer_id,
        candidate_id=command.candidate_id,
        multiplier=None if command.multiplier is None else str(canonical(command.multiplier)),
        minutes=command.minutes,
        no_limit=command.no_limit,
        extra_seconds=extra.seconds,
        sealed_reason=sealer.seal_for_candidate(
            command.candidate_id, reason_context(command.sitting_id), plain_reason(reason)
        ),
        deadline_at=_deadline(command, state, moved),
        at=command.now,
    )
    return Events((granted, *moved))


def withdraw_accommodation(command: WithdrawAccommodation, state: State) -> Decision:
    """Take back what is granted; where nothing is, there is nothing to withdraw."""
    assessment = _timed(command, state)
    standing = state.accommodations.get(command.sitting_id)
    if standing is None or standing.withdrawn_at is not None:
        raise not_found()
    moved = _moved(command, state, assessment, NO_EXTRA_TIME)
    withdrawn = AccommodationWithdrawn(
        sitting_id=command.sitting_id,
        assessment_id=assessment.id,
        employer_id=assessment.employer_id,
        candidate_id=command.candidate_id,
        deadline_at=_deadline(command, state, moved),
        at=command.now,
    )
    return Events((withdrawn, *moved))


def _timed(command: AccommodationCommand, state: State) -> AssessmentState:
    """Find the assessment and the candidate among the employer's own, at the position that the client saw."""
    assessment = own_assessment(state, command.employer_id, command.assessment_id)
    candidate = state.candidates.get(command.candidate_id)
    if candidate is None or candidate.employer_id != command.employer_id:
        raise not_found()
    if assessment.status == "draft":
        raise Refused(Reason.NOT_PUBLISHED, "The assessment is still a draft")
    standing = state.accommodations.get(command.sitting_id)
    check_position("The accommodation", 0 if standing is None else standing.position, command.expected_position)
    return assessment


def _check_terms(command: GrantAccommodation) -> None:
    given = (command.multiplier is not None, command.minutes is not None, command.no_limit)
    if sum(given) != 1:
        raise Refused(Reason.MALFORMED, "One of multiplier, minutes and no_limit is needed", at="$")
    multiplier = command.multiplier
    if multiplier is None:
        return
    hundredths = counted(multiplier, MULTIPLIER_PLACES) if is_bounded(multiplier) else None
    if hundredths is None or not 1 < multiplier <= MAX_MULTIPLIER:
        detail = f"A multiplier is above 1 and at most {MAX_MULTIPLIER}, with at most {MULTIPLIER_PLACES} places"
        raise Refused(Reason.MALFORMED, detail, at="$.multiplier", seen=shown(multiplier))


def _moved(
    command: AccommodationCommand, state: State, assessment: AssessmentState, extra: ExtraTime
) -> tuple[SittingDeadlineMoved, ...]:
    """Move the deadline of an attempt in progress, if it is another one now."""
    sitting = state.sittings.get(command.sitting_id)
    if sitting is None or sitting.state != "started" or assessment.settings.time_limit_seconds is None:
        return ()
    limit = extra.limit_seconds(assessment.settings.time_limit_seconds)
    deadline_at = None if limit is None else sitting.started_at + timedelta(seconds=limit)
    if deadline_at == sitting.deadline_at:
        return ()
    if deadline_at is not None and deadline_at <= command.now:
        detail = f"The time of the attempt in progress would have been up at {deadline_at.isoformat()}"
        raise Refused(Reason.CONFLICT, detail)
    moved = SittingDeadlineMoved(
        sitting_id=sitting.id,
        assessment_id=sitting.assessment_id,
        employer_id=sitting.employer_id,
        candidate_id=sitting.candidate_id,
        attempt=sitting.attempt,
        previous_deadline_at=sitting.deadline_at,
        deadline_at=deadline_at,
        grace_seconds=sitting.grace_seconds,
        at=command.now,
    )
    return (moved,)


def _deadline(command: AccommodationCommand, state: State, moved: tuple[SittingDeadlineMoved, ...]) -> datetime | None:
    """Give the deadline of the attempt in progress as it is from now on."""
    if moved:
        return moved[0].deadline_at
    sitting = state.sittings.get(command.sitting_id)
    return sitting.deadline_at if sitting is not None and sitting.state == "started" else None
