"""Question pools: of the questions that name a pool, each attempt is asked as many as the pool draws.

The seed of the sitting draws, anew for each attempt: of a pool, the first ones in the order of name `draw <attempt>`
(see `ordering`). What was drawn is told when the attempt starts, and from then on nothing draws again. All questions of
a pool carry the same points, so that every candidate can earn as much as any other.
"""

from collections.abc import Sequence

from assessment.domain.author_view import points
from assessment.domain.decision import Reason, Refused
from assessment.domain.ordering import question_id, shuffled
from assessment.domain.questions import Content
from assessment.domain.text import shown
from contracts.questions import Pool, Question


def drawn(questions: Sequence[Question], pools: Sequence[Pool], seed: int, attempt: int) -> tuple[str, ...]:
    """Give the ids of what an attempt is asked, in the questions' order; none without pools, which is all of it."""
    if not pools:
        return ()
    asked = {question.id for question in questions if question.pool is None}
    for pool in pools:
        order = shuffled(_members(questions, pool), seed, f"draw {attempt}", question_id)
        asked.update(question.id for question in order[: pool.draw])
    return tuple(question.id for question in questions if question.id in asked)


def asked_of(questions: tuple[Question, ...], question_ids: Sequence[str]) -> tuple[Question, ...]:
    """Give the questions that an attempt is asked; `question_ids` as `drawn` gave them."""
    if not question_ids:
        return questions
    asked = set(question_ids)
    return tuple(question for question in questions if question.id in asked)


def asked_with_keys(content: Content, question_ids: Sequence[str]) -> Content:
    """Give the same with their keys: what a pool did not draw is no question of the attempt."""
    questions, keys = asked_of(content[0], question_ids), content[1]
    ids = {question.id for question in questions}
    return questions, tuple(key for key in keys if key.question_id in ids)


def attainable_milli(questions: Sequence[Question], pools: Sequence[Pool]) -> int:
    """Give the most that one candidate can earn, in thousandths of a point.

    Of a draft this is the sum of the highest points that its pools could draw; where the pools fit, it is what every
    candidate can earn.
    """
    names = {pool.name for pool in pools}
    total = sum(question.points_milli for question in questions if question.pool not in names)
    for pool in pools:
        most = sorted((question.points_milli for question in _members(questions, pool)), reverse=True)
        total += sum(most[: pool.draw])
    return total


def check_pools(questions: Sequence[Question], pools: Sequence[Pool]) -> None:
    """Refuse pools with which candidates would be asked unequal things; the place is that in the author's lists."""
    names = {pool.name for pool in pools}
    for place, question in enumerate(questions):
        if question.pool is not None and question.pool not in names:
            raise _unfit("The assessment has no such pool", f"$.questions[{place}].pool", question.pool)
    for place, pool in enumerate(pools):
        count = len(_members(questions, pool))
        if pool.draw > count:
            detail = f"The pool draws {pool.draw} questions, and {count} name it"
            raise _unfit(detail, f"$.pools[{place}].draw", pool.draw)
        _check_points(questions, pool)


def _check_points(questions: Sequence[Question], pool: Pool) -> None:
    first = _members(questions, pool)[0].points_milli
    for place, question in enumerate(questions):
        if question.pool == pool.name and question.points_milli != first:
            detail = f"All questions of a pool carry the same points; those of this one begin with {points(first)}"
            raise _unfit(detail, f"$.questions[{place}].points", points(question.points_milli))


def _members(questions: Sequence[Question], pool: Pool) -> list[Question]:
    return [question for question in questions if question.pool == pool.name]


def _unfit(detail: str, at: str, seen: object) -> Refused:
    return Refused(Reason.POOL_UNFIT, detail, at=at, seen=shown(seen))
