"""Facts about reads: whose results were shown to whom. They change no table, and nothing is decided on them."""

from contracts.wire import Instant, Message


class ResultsRead(Message, frozen=True):
    """A submission was shown with its scoring record."""

    employer_id: str
    assessment_id: str
    sitting_id: str
    candidate_id: str
    submission_id: str
    at: Instant


class ResultsListed(Message, frozen=True):
    """A page of an assessment's results was shown. shown: how many submissions stood on it."""

    employer_id: str
    assessment_id: str
    shown: int
    at: Instant
