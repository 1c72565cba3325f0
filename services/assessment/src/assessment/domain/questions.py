"""From the list that an author writes to what is asked and, apart from it, what a right answer is."""

from collections.abc import Sequence
from typing import Final

from assessment.domain.decision import Reason, Refused
from assessment.domain.keys import CHOICES, rule_of
from assessment.domain.numbers import counted, is_bounded
from assessment.domain.text import accepted_line, accepted_required, accepted_text, shown
from contracts.assessment import limits
from contracts.assessment.assessments import QuestionDraft
from contracts.questions import AnswerKey, Option, Question

MAX_POINTS_MILLI: Final = limits.MAX_POINTS * 10**limits.POINT_PLACES

Content = tuple[tuple[Question, ...], tuple[AnswerKey, ...]]


def content_of(
    drafts: Sequence[QuestionDraft], question_ids: Sequence[str], option_ids: Sequence[Sequence[str]]
) -> Content:
    """Give the questions and their keys, in order, under the given ids; raises Refused, naming the place."""
    if len(drafts) > limits.MAX_QUESTIONS:
        detail = f"There are {len(drafts)} questions, more than {limits.MAX_QUESTIONS}"
        raise Refused(Reason.MALFORMED, detail, at="$.questions")
    assert len(drafts) <= len(question_ids), "an id is given for each question"
    assert len(drafts) <= len(option_ids), "ids are given for each question's options"
    pairs = [
        _question(draft, question_ids[place], option_ids[place], f"$.questions[{place}]")
        for place, draft in enumerate(drafts)
    ]
    questions = tuple(question for question, _ in pairs)
    _check_external_ids(questions)
    return questions, tuple(key for _, key in pairs)


def pool_name(name: str, at: str) -> str:
    """Give a pool's name in the form in which a question and the assessment name the same one."""
    return accepted_line(name, at, max_characters=limits.MAX_POOL_CHARACTERS)


def _question(draft: QuestionDraft, id_: str, option_ids: Sequence[str], at: str) -> tuple[Question, AnswerKey]:
    options = _options(draft, option_ids, at)
    question = Question(
        id=id_,
        kind=draft.kind,
        prompt=accepted_required(draft.prompt, f"{at}.prompt", max_characters=limits.MAX_PROMPT_CHARACTERS),
        options=options,
        points_milli=_points_milli(draft, f"{at}.points"),
        external_id=_external_id(draft, at),
        pool=pool_name(draft.pool, f"{at}.pool") if draft.pool is not None else None,
        keep_place=draft.keep_place,
    )
    key = AnswerKey(
        question_id=id_,
        correct=rule_of(draft, options, f"{at}.correct"),
        explanation=accepted_text(
            draft.explanation, f"{at}.explanation", max_characters=limits.MAX_EXPLANATION_CHARACTERS
        ),
    )
    return question, key


def _options(draft: QuestionDraft, ids: Sequence[str], at: str) -> tuple[Option, ...]:
    count = len(draft.options)
    if draft.kind not in CHOICES:
        if count:
            detail = "A question of this kind has no options"
            raise Refused(Reason.MALFORMED, detail, at=f"{at}.options", seen=shown(draft.options))
        return ()
    if not limits.MIN_OPTIONS <= count <= limits.MAX_OPTIONS:
        detail = f"A choice has {limits.MIN_OPTIONS} to {limits.MAX_OPTIONS} options"
        raise Refused(Reason.MALFORMED, detail, at=f"{at}.options", seen=str(count))
    assert count <= len(ids), "an id is given for each option"
    texts = [_option_text(option.text, f"{at}.options[{place}].text") for place, option in enumerate(draft.options)]
    _check_distinct(texts, at)
    return tuple(
        Option(id=id_, text=text, keep_last=option.keep_last)
        for id_, text, option in zip(ids, texts, draft.options, strict=False)
    )


def _option_text(text: str, at: str) -> str:
    return accepted_required(text, at, max_characters=limits.MAX_OPTION_CHARACTERS)


def _check_distinct(texts: Sequence[str], at: str) -> None:
    """Refuse two options that a candidate could not tell apart."""
    seen: set[str] = set()
    for place, text in enumerate(texts):
        stripped = " ".join(text.split())
        if stripped in seen:
            detail = "Two options of the question have the same text"
            raise Refused(Reason.MALFORMED, detail, at=f"{at}.options[{place}].text", seen=shown(text))
        seen.add(stripped)


def _points_milli(draft: QuestionDraft, at: str) -> int:
    points = draft.points
    milli = counted(points, limits.POINT_PLACES) if is_bounded(points) else None
    if milli is None or not 0 <= milli <= MAX_POINTS_MILLI:
        detail = f"Points go from 0 to {limits.MAX_POINTS} with at most {limits.POINT_PLACES} decimal places"
        raise Refused(Reason.MALFORMED, detail, at=at, seen=shown(points))
    return milli


def _external_id(draft: QuestionDraft, at: str) -> str | None:
    if draft.external_id is None:
        return None
    return accepted_line(draft.external_id, f"{at}.external_id", max_characters=limits.MAX_EXTERNAL_ID_CHARACTERS)


def _check_external_ids(questions: Sequence[Question]) -> None:
    """Refuse an external id that stands twice, so that none silently replaces another."""
    seen: set[str] = set()
    for place, question in enumerate(questions):
        if question.external_id is None:
            continue
        if question.external_id in seen:
            detail, at = "The external_id stands at an earlier question already", f"$.questions[{place}].external_id"
            raise Refused(Reason.MALFORMED, detail, at=at, seen=shown(question.external_id))
        seen.add(question.external_id)
