"""Whose sealing keys a command needs, before its transaction begins."""

from dataclasses import dataclass

from assessment.domain.accommodation_commands import GrantAccommodation
from assessment.domain.commands import (
    Command,
    InviteFromFile,
    IssueInvites,
    JoinPublicLink,
    ReviewSubmission,
    SaveGivenAnswer,
    StartSitting,
    SubmitSitting,
)


@dataclass(frozen=True, slots=True)
class CandidateNeeds:
    """created: keys that must be durable before the append, for candidates who may be new; loaded: that stand."""

    created: tuple[str, ...] = ()
    loaded: tuple[str, ...] = ()


def candidate_needs(command: Command) -> CandidateNeeds:
    match command:
        case IssueInvites() | InviteFromFile():
            return CandidateNeeds(created=tuple(order.candidate_id for order in command.orders))
        case JoinPublicLink():
            return CandidateNeeds(created=(command.order.candidate_id,))
        case StartSitting() | SaveGivenAnswer() | SubmitSitting():
            return CandidateNeeds(loaded=(command.seat.candidate_id,))
        case ReviewSubmission() | GrantAccommodation():
            return CandidateNeeds(loaded=(command.candidate_id,))
        case _:
            return CandidateNeeds()
