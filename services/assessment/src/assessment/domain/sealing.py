"""The plain forms of what is sealed, and the context that each is bound to when it is sealed and opened.

A context names the row that the sealed value belongs to, so that a value moved to another row can't be opened.
"""

from typing import Final

import msgspec

from assessment.domain.content import canonical_json
from contracts.assessment.take import GivenAnswer
from contracts.events.candidates import CandidateDetails
from contracts.events.sittings import AnswerRecord, ReviewNote
from contracts.questions import AnswerKey

_KEYS: Final = msgspec.json.Decoder(tuple[AnswerKey, ...])
_DETAILS: Final = msgspec.json.Decoder(CandidateDetails)
_ANSWER: Final = msgspec.json.Decoder(GivenAnswer)
_RECORDS: Final = msgspec.json.Decoder(tuple[AnswerRecord, ...])
_NOTES: Final = msgspec.json.Decoder(tuple[ReviewNote, ...])


def details_context(candidate_id: str) -> str:
    return f"candidate:{candidate_id}:details"


def answer_context(sitting_id: str, attempt: int, question_id: str) -> str:
    return f"sitting:{sitting_id}:{attempt}:answer:{question_id}"


def records_context(submission_id: str) -> str:
    return f"submission:{submission_id}:records"


def notes_context(submission_id: str) -> str:
    return f"submission:{submission_id}:notes"


def reason_context(sitting_id: str) -> str:
    return f"sitting:{sitting_id}:accommodation"


def plain_reason(reason: str) -> bytes:
    return reason.encode()


def opened_reason(plain: bytes) -> str:
    return plain.decode()


def plain_keys(keys: tuple[AnswerKey, ...]) -> bytes:
    return canonical_json(keys)


def opened_keys(plain: bytes) -> tuple[AnswerKey, ...]:
    return _KEYS.decode(plain)


def plain_details(details: CandidateDetails) -> bytes:
    return canonical_json(details)


def opened_details(plain: bytes) -> CandidateDetails:
    return _DETAILS.decode(plain)


def plain_answer(answer: GivenAnswer) -> bytes:
    return canonical_json(answer)


def opened_answer(plain: bytes) -> GivenAnswer:
    answer: GivenAnswer = _ANSWER.decode(plain)
    return answer


def plain_records(records: tuple[AnswerRecord, ...]) -> bytes:
    return canonical_json(records)


def opened_records(plain: bytes) -> tuple[AnswerRecord, ...]:
    return _RECORDS.decode(plain)


def plain_notes(notes: tuple[ReviewNote, ...]) -> bytes:
    return canonical_json(notes)


def opened_notes(plain: bytes) -> tuple[ReviewNote, ...]:
    return _NOTES.decode(plain)
