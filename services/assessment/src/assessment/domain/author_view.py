"""Questions with their keys as the author wrote them, and under new ids for a duplicate."""

from collections.abc import Sequence
from decimal import Decimal
from typing import assert_never

import msgspec

from assessment.domain.keys import Correct
from assessment.domain.numbers import canonical
from assessment.domain.questions import Content
from contracts.assessment.assessments import NumericKey, OptionAnswer, QuestionAnswer
from contracts.assessment.limits import POINT_PLACES
from contracts.questions import AcceptedTexts, AnswerKey, Choice, NumericRange, Question, Reviewed, TrueFalse


def authors_view(questions: Sequence[Question], keys: Sequence[AnswerKey]) -> tuple[QuestionAnswer, ...]:
    """Give each question with its key, in order; keys stand in the questions' order."""
    return tuple(_question(question, key) for question, key in zip(questions, keys, strict=True))


def points(milli: int) -> Decimal:
    """Give thousandths of a point as points."""
    return canonical(Decimal(milli).scaleb(-POINT_PLACES))


def renewed(
    questions: Sequence[Question],
    keys: Sequence[AnswerKey],
    question_ids: Sequence[str],
    option_ids: Sequence[Sequence[str]],
) -> Content:
    """Give the same questions and keys under the first of the given ids."""
    assert len(questions) <= min(len(question_ids), len(option_ids)), "ids are given for each question"
    pairs = [
        _renewed(question, key, question_ids[place], option_ids[place])
        for place, (question, key) in enumerate(zip(questions, keys, strict=True))
    ]
    return tuple(question for question, _ in pairs), tuple(key for _, key in pairs)


def _question(question: Question, key: AnswerKey) -> QuestionAnswer:
    assert question.id == key.question_id, "a key stands at its question's place"
    return QuestionAnswer(
        id=question.id,
        kind=question.kind,
        prompt=question.prompt,
        options=tuple(
            OptionAnswer(id=option.id, text=option.text, keep_last=option.keep_last) for option in question.options
        ),
        correct=_correct(question, key),
        points=points(question.points_milli),
        explanation=key.explanation,
        external_id=question.external_id,
        scoring=key.correct.scoring if isinstance(key.correct, Choice) else "all_or_nothing",
        weights=key.correct.weights if isinstance(key.correct, Choice) else (),
        pool=question.pool,
        keep_place=question.keep_place,
    )


def _correct(question: Question, key: AnswerKey) -> Correct:
    match key.correct:
        case Choice(option_ids=right):
            numbers = tuple(number for number, option in enumerate(question.options, 1) if option.id in right)
            return numbers[0] if question.kind == "single" else numbers
        case TrueFalse(value=value):
            return value
        case AcceptedTexts(accepted=accepted):
            return accepted
        case NumericRange(value=value, tolerance=tolerance, tolerance_kind=kind):
            return NumericKey(value=value, tolerance=tolerance, tolerance_kind=kind)
        case Reviewed():
            return None
        case _:
            assert_never(key.correct)


def _renewed(
    question: Question, key: AnswerKey, question_id: str, option_ids: Sequence[str]
) -> tuple[Question, AnswerKey]:
    assert len(question.options) <= len(option_ids), "an id is given for each option"
    new_ids = {option.id: option_ids[place] for place, option in enumerate(question.options)}
    options = tuple(msgspec.structs.replace(option, id=new_ids[option.id]) for option in question.options)
    rule = key.correct
    if isinstance(rule, Choice):
        rule = msgspec.structs.replace(rule, option_ids=tuple(new_ids[id_] for id_ in rule.option_ids))
    return (
        msgspec.structs.replace(question, id=question_id, options=options),
        msgspec.structs.replace(key, question_id=question_id, correct=rule),
    )
