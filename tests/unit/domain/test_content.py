import base64
import hashlib
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from assessment.domain.content import (
    MAX_EVENT_DATA_BYTES,
    MAX_QUESTIONS_DATA_BYTES,
    MAX_RECORDS_BYTES,
    MAX_SETTINGS_BYTES,
    canonical_json,
    check_fits,
    check_records_fit,
    content_hash,
)
from assessment.domain.decision import Reason, Refused
from assessment.domain.questions import content_of
from assessment.domain.scoring import score
from contracts.assessment import limits
from contracts.envelope import MAX_LINE_BYTES
from contracts.events import AssessmentDeleted, encode_data
from contracts.events.sittings import AnswerRecord
from contracts.questions import Pool, Question, Settings
from tests.unit.domain.given import EVERY_KIND, TEXT
from tests.unit.domain.world import START

SETTINGS = Settings(
    title="Geography",
    instructions="",
    time_limit_seconds=None,
    grace_seconds=0,
    passing_percent=Decimal(50),
    shuffle=False,
)
QUESTIONS, KEYS = content_of(EVERY_KIND, [f"q{n}" for n in range(6)], [["a", "b", "c", "d"]] * 6)


def test_canonical_json_is_sorted_and_exact() -> None:
    assert canonical_json({"b": Decimal("1.10"), "a": ("é", None)}) == '{"a":["é",null],"b":"1.10"}'.encode()


def test_the_hash_can_be_checked_with_nothing_but_json_and_sha256() -> None:
    plain = {"settings": SETTINGS, "questions": QUESTIONS, "keys": KEYS}
    again = json.dumps(msgspec.to_builtins(plain), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content_hash(SETTINGS, QUESTIONS, KEYS) == hashlib.sha256(again.encode()).hexdigest()


def test_what_was_published_before_there_were_pools_keeps_its_hash() -> None:
    before = "aa93767adbd98331821204c3ee981b79eec04c27e70cffb3d8d7b372a563d20b"
    assert content_hash(SETTINGS, QUESTIONS, KEYS) == before


def with_a_last_option(question: Question) -> Question:
    *others, last = question.options
    return msgspec.structs.replace(question, options=(*others, msgspec.structs.replace(last, keep_last=True)))


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": msgspec.structs.replace(SETTINGS, title="Geometry")},
        {"settings": msgspec.structs.replace(SETTINGS, passing_percent=Decimal("50.01"))},
        {"settings": msgspec.structs.replace(SETTINGS, shuffle_options=False)},
        {"settings": msgspec.structs.replace(SETTINGS, pools=(Pool("p", 1),))},
        {"questions": QUESTIONS[::-1]},
        {"questions": (msgspec.structs.replace(QUESTIONS[0], pool="p"), *QUESTIONS[1:])},
        {"questions": (msgspec.structs.replace(QUESTIONS[0], keep_place=True), *QUESTIONS[1:])},
        {"questions": (with_a_last_option(QUESTIONS[0]), *QUESTIONS[1:])},
        {"questions": (msgspec.structs.replace(QUESTIONS[0], points_milli=1001), *QUESTIONS[1:])},
        {"keys": (msgspec.structs.replace(KEYS[0], explanation="."), *KEYS[1:])},
        {"keys": (msgspec.structs.replace(KEYS[0], correct=KEYS[1].correct), *KEYS[1:])},
    ],
)
def test_the_hash_sees_every_change(changes: Any) -> None:
    content: dict[str, Any] = {"settings": SETTINGS, "questions": QUESTIONS, "keys": KEYS}
    assert content_hash(**(content | changes)) != content_hash(**content)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_size_of_an_event(over: int) -> None:
    def deleted(padding: int) -> AssessmentDeleted:
        return AssessmentDeleted(assessment_id="x" * padding, employer_id="e", at=START)

    fact = deleted(MAX_EVENT_DATA_BYTES + over - len(encode_data(deleted(0))))
    if over <= 0:
        check_fits(fact, "$")
        assert len(encode_data(fact)) == MAX_EVENT_DATA_BYTES + over
        return
    with pytest.raises(Refused) as refused:
        check_fits(fact, "$.questions")
    assert refused.value.refusal.reason is Reason.CONTENT_TOO_LARGE
    assert refused.value.refusal.at == "$.questions"


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_size_of_a_scoring_record(over: int) -> None:
    def records(padding: int) -> tuple[AnswerRecord, ...]:
        return (AnswerRecord(question_id="q", given="x" * padding, normalized=None, matched=None),)

    sized = records(MAX_RECORDS_BYTES + over - len(canonical_json(records(0))))
    if over <= 0:
        check_records_fit(sized, "$")
        assert len(canonical_json(sized)) == MAX_RECORDS_BYTES + over
        return
    with pytest.raises(Refused, match=str(MAX_RECORDS_BYTES)):
        check_records_fit(sized, "$")


def test_what_fits_as_a_draft_fits_when_published() -> None:
    longest = msgspec.structs.replace(
        SETTINGS,
        title="😀" * limits.MAX_TITLE_CHARACTERS,
        instructions="😀" * limits.MAX_INSTRUCTIONS_CHARACTERS,
        time_limit_seconds=limits.MAX_TIME_LIMIT_SECONDS,
        shuffle_options=False,
        pools=(Pool("😀" * limits.MAX_POOL_CHARACTERS, limits.MAX_QUESTIONS),) * limits.MAX_POOLS,
    )
    beside = 2_000  # ids, slug, hash, version, points and moments of a published version
    assert len(canonical_json(longest)) + beside <= MAX_SETTINGS_BYTES
    assert MAX_QUESTIONS_DATA_BYTES + MAX_SETTINGS_BYTES == MAX_EVENT_DATA_BYTES < MAX_LINE_BYTES - 16 * 1024


def test_the_largest_record_fits_one_event_with_its_scores() -> None:
    drafts = (msgspec.structs.replace(TEXT, points=Decimal(1000)),) * limits.MAX_QUESTIONS
    ids = [f"{n:036}" for n in range(len(drafts))]
    questions, keys = content_of(drafts, ids, [[]] * len(ids))
    scores = msgspec.json.encode(score(questions, keys, {}, Decimal(50)).scores)
    sealed = base64.urlsafe_b64encode(b"x" * (MAX_RECORDS_BYTES + 28))
    assert len(scores) + len(sealed) + 4_000 <= MAX_EVENT_DATA_BYTES
