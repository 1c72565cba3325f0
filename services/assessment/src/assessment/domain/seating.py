"""Who may take what: the candidate's seat checked against the rows, and the attempt that it leads to.

A revoked invite is no credential any more: nothing is started, saved or submitted with it. What was saved before is not
taken back by that: it is swept like everybody's. An expired invite starts nothing new, but what was started may be
finished, also after the assessment was closed: the deadline alone ends it.

After a void, a new attempt needs a new invitation: an invite that was created or sent again after the void. The log's
positions decide what came after what, so that no clock has a say in it.
"""

from dataclasses import dataclass
from datetime import datetime

from assessment.domain.closing import deadline
from assessment.domain.commands import Seat
from assessment.domain.decision import Reason, Refused
from assessment.domain.extra_time import ExtraTime, extra_time
from assessment.domain.invites import has_expired
from assessment.domain.pools import asked_with_keys, drawn
from assessment.domain.questions import Content
from assessment.domain.state import AssessmentState, InviteState, SittingState, State
from assessment.domain.verifications import check_proved
from contracts.events import SittingStarted


@dataclass(frozen=True, slots=True)
class Seated:
    """A seat as the rows have it; sitting: the latest attempt, null before the first; extra: what is granted now."""

    assessment: AssessmentState
    invite: InviteState
    sitting: SittingState | None
    extra: ExtraTime


def seated(state: State, seat: Seat, now: datetime) -> Seated:
    """Check a candidate's seat; whatever is wrong with it, the token is answered as invalid, or as not proved yet.

    The token's lookup asks the same (`seat_of_token`), but for what is decided from memory it was asked long ago.
    """
    place = seated_once(state, seat)
    invite, sitting = place.invite, place.sitting
    is_begun = sitting is not None and sitting.state != "voided"
    if invite.status == "revoked" or invite.generation != seat.generation:
        raise _invalid()
    if not is_begun and has_expired(place.extra.expires_at(invite.expires_at), now):
        raise _invalid()
    check_proved(state, invite)
    return place


def seated_once(state: State, seat: Seat) -> Seated:
    """Check a seat that somebody took, whatever became of the invite since."""
    assessment = state.assessments.get(seat.assessment_id)
    invite = state.invites.get(seat.invite_id)
    if assessment is None or invite is None:
        raise _invalid()
    named = (seat.employer_id, seat.assessment_id, seat.candidate_id)
    if (invite.employer_id, invite.assessment_id, invite.candidate_id) != named:
        raise _invalid()
    sitting = state.sittings.get(seat.sitting_id)
    if sitting is not None and (sitting.employer_id, sitting.assessment_id, sitting.candidate_id) != named:
        raise _invalid()
    return Seated(assessment, invite, sitting, extra_time(state.accommodations.get(seat.sitting_id)))


def open_attempt(place: Seated) -> SittingState | None:
    """Give the attempt in progress, or null where a new one may begin."""
    sitting = place.sitting
    if sitting is None or sitting.state == "started":
        return sitting
    if sitting.state == "voided" and place.invite.position > sitting.position:
        return None
    raise Refused(Reason.ALREADY_SUBMITTED, "The assessment was submitted already")


def asked(place: Seated, sitting: SittingState) -> Content:
    """Give the questions of an attempt, and their keys: what a pool did not draw is no question of it."""
    return asked_with_keys((place.assessment.questions, place.assessment.keys), sitting.question_ids)


def begun(place: Seated, seat: Seat, seed: int, now: datetime) -> SittingStarted:
    """Begin the next attempt; the server's clock fixes its deadline here, with what is granted by then."""
    assessment = place.assessment
    if assessment.status != "published":
        raise Refused(Reason.NOT_PUBLISHED, "The assessment is not open")
    assert assessment.version is not None, "a published assessment has a version"
    limit = place.extra.limit_seconds(assessment.settings.time_limit_seconds)
    attempt = 1 if place.sitting is None else place.sitting.attempt + 1
    return SittingStarted(
        sitting_id=seat.sitting_id,
        assessment_id=assessment.id,
        employer_id=assessment.employer_id,
        candidate_id=seat.candidate_id,
        invite_id=place.invite.id,
        version=assessment.version,
        attempt=attempt,
        deadline_at=deadline(now, limit),
        grace_seconds=assessment.settings.grace_seconds,
        seed=seed,
        at=now,
        question_ids=drawn(assessment.questions, assessment.settings.pools, seed, attempt),
    )


def attempt_for_answers(
    place: Seated, seat: Seat, seed: int, now: datetime
) -> tuple[SittingState, tuple[SittingStarted, ...]]:
    """Give the attempt that answers are for; without a time limit the first of them starts it, as a fact of its own."""
    sitting = open_attempt(place)
    if sitting is not None:
        return sitting, ()
    started = begun(place, seat, seed, now)
    if place.assessment.settings.time_limit_seconds is not None:
        raise Refused(Reason.NOT_STARTED, "Start the sitting first: its time is limited")
    return _as_state(started), (started,)


def _as_state(started: SittingStarted) -> SittingState:
    """A sitting as its start makes it, before any row knows it."""
    return SittingState(
        id=started.sitting_id,
        employer_id=started.employer_id,
        assessment_id=started.assessment_id,
        candidate_id=started.candidate_id,
        invite_id=started.invite_id,
        state="started",
        attempt=started.attempt,
        version=started.version,
        started_at=started.at,
        deadline_at=started.deadline_at,
        grace_seconds=started.grace_seconds,
        seed=started.seed,
        question_ids=started.question_ids,
        submission_id=None,
        position=0,
    )


def _invalid() -> Refused:
    return Refused(Reason.INVITE_INVALID, "The invite is not valid")
