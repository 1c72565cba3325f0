"""What a published version is: its canonical JSON, the hash over it, and how large an event may become."""

import hashlib
from typing import Any, Final

import msgspec

from assessment.domain.decision import Reason, Refused
from contracts.events import Fact, encode_data
from contracts.events.sittings import AnswerRecord
from contracts.questions import AnswerKey, Question, Settings

MAX_EVENT_DATA_BYTES: Final = 900 * 1024
"""Leaves room for tags and meta within the log's longest line, 960 KiB."""

MAX_SETTINGS_BYTES: Final = 48 * 1024
"""The longest title and instructions in 4-byte characters, with the rest that a published version adds."""

MAX_QUESTIONS_DATA_BYTES: Final = MAX_EVENT_DATA_BYTES - MAX_SETTINGS_BYTES
"""A draft's list that fits can be published whatever the settings become."""

QUESTIONS_FRAME_BYTES: Final = 1024
"""More than the recorded list takes beside its questions: ids, the moment, the sealing."""

MAX_RECORDS_BYTES: Final = 512 * 1024
"""All answers of one attempt as their scoring record keeps them; sealed and with 500 scores they fit one event."""

_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def canonical_json(value: Any) -> bytes:
    """UTF-8 JSON without whitespace, keys sorted, decimals as strings: equal values give equal bytes."""
    return _CANONICAL.encode(value)


def content_hash(settings: Settings, questions: tuple[Question, ...], keys: tuple[AnswerKey, ...]) -> str:
    """SHA-256, as 64 hex digits, over what candidates are asked and what a right answer is."""
    content = {"settings": settings, "questions": questions, "keys": keys}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def check_fits(fact: Fact, at: str, max_bytes: int = MAX_EVENT_DATA_BYTES) -> None:
    """Refuse what would not fit into one event."""
    _check_size(len(encode_data(fact)), at, max_bytes)


def recorded_bytes(question: Question, key: AnswerKey) -> int:
    """What one question takes in a recorded list: as it is asked, and its key as text of its sealed bytes."""
    return len(msgspec.json.encode(question)) + 1 + -(-4 * (len(canonical_json(key)) + 1) // 3)


def check_records_fit(records: tuple[AnswerRecord, ...], at: str) -> None:
    """Refuse an answer with which an attempt's scoring record would be too large; what was saved before stands."""
    _check_size(len(canonical_json(records)), at, MAX_RECORDS_BYTES)


def _check_size(size_bytes: int, at: str, max_bytes: int) -> None:
    if size_bytes > max_bytes:
        detail = f"This takes {size_bytes} bytes to record, more than {max_bytes}"
        raise Refused(Reason.CONTENT_TOO_LARGE, detail, at=at)
