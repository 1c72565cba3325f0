"""Facts about candidates; who they are is sealed under a key of their own."""

from contracts.sealed import Sealed
from contracts.wire import Instant, Message


class CandidateDetails(Message, frozen=True):
    """What is sealed in `CandidateRegistered.sealed_details`; `email` as it was given."""

    name: str
    email: str


class CandidateRegistered(Message, frozen=True):
    """candidate_id: derived from employer and normalized address, so that an address has one candidate."""

    candidate_id: str
    employer_id: str
    sealed_details: Sealed
    at: Instant


class CandidateUpdated(Message, frozen=True):
    candidate_id: str
    employer_id: str
    sealed_details: Sealed
    at: Instant
