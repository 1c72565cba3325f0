"""What a published version is: its canonical JSON, the hash over it, and how large an event may become."""

import hashlib
from typing import Any, Final

import msgspec

from assessment.domain.decision import Reason, Refused
from contracts.events import Fact, encode_data
from contracts.questions import AnswerKey, Question, Settings

MAX_EVENT_DATA_BYTES: Final = 900 * 1024
"""Leaves room for tags and meta within the log's longest line, 960 KiB."""

MAX_SETTINGS_BYTES: Final = 48 * 1024
"""The longest title and instructions in 4-byte characters, with the rest that a published version adds."""

MAX_QUESTIONS_DATA_BYTES: Final = MAX_EVENT_DATA_BYTES - MAX_SETTINGS_BYTES
"""A draft's list that fits can be published whatever the settings become."""

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


def check_fits(fact: Fact, max_bytes: int = MAX_EVENT_DATA_BYTES) -> None:
    """Refuse what would not fit into one event."""
    size_bytes = len(encode_data(fact))
    if size_bytes > max_bytes:
        raise Refused(
            Reason.CONTENT_TOO_LARGE,
            f"The questions with their answers take {size_bytes} bytes, more than {max_bytes}",
            at="$.questions",
        )
