from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from assessment.domain.author_view import authors_view, points, renewed
from assessment.domain.questions import content_of
from contracts.assessment.assessments import NumericKey, OptionDraft, QuestionAnswer, QuestionDraft
from contracts.assessment.limits import MAX_WEIGHT
from contracts.questions import ChoiceScoring, QuestionKind
from tests.unit.domain.given import EVERY_KIND

words = st.text("abcdéß中 😀", min_size=1, max_size=8).map(str.strip).filter(bool)
decimals = st.decimals(-1000, 1000, places=3)
common: dict[str, Any] = {
    "prompt": words,
    "points": st.integers(0, 1_000_000).map(lambda milli: Decimal(milli) / 1000),
    "explanation": words | st.just(""),
    "pool": words | st.none(),
    "keep_place": st.booleans(),
}
several = st.lists(words, min_size=2, max_size=6, unique_by=lambda text: " ".join(text.split()))


def option_drafts(texts: list[str]) -> tuple[OptionDraft, ...]:
    return tuple(OptionDraft(text=text, keep_last=len(text) % 2 == 1) for text in texts)


relative = st.builds(
    NumericKey,
    value=decimals.filter(bool),
    tolerance=st.decimals(0, 1, places=3),
    tolerance_kind=st.just("relative"),
)


@st.composite
def drafts(draw: st.DrawFn) -> QuestionDraft:
    kind: QuestionKind = draw(st.sampled_from(get_args(QuestionKind)))
    given_common = {name: draw(strategy) for name, strategy in common.items()}
    texts = draw(several) if kind in ("single", "multiple") else []
    correct: dict[str, st.SearchStrategy[Any]] = {
        "single": st.integers(1, max(1, len(texts))),
        "multiple": st.sets(st.integers(1, max(1, len(texts))), min_size=1).map(sorted).map(tuple),
        "true_false": st.booleans(),
        "text": st.lists(words, min_size=1, max_size=4).map(tuple),
        "numeric": st.builds(NumericKey, value=decimals, tolerance=decimals.map(abs)) | relative,
        "essay": st.none(),
    }
    made = QuestionDraft(kind=kind, options=option_drafts(texts), correct=draw(correct[kind]), **given_common)
    return draw(in_parts(made)) if kind == "multiple" else made


@st.composite
def in_parts(draw: st.DrawFn, multiple: QuestionDraft) -> QuestionDraft:
    """The same choice, scored in one of the ways that there are."""
    assert isinstance(multiple.correct, tuple)
    scoring = draw(st.sampled_from(get_args(ChoiceScoring)))
    right = [number in multiple.correct for number in range(1, len(multiple.options) + 1)]
    weights = [draw(st.integers(1, MAX_WEIGHT) if one else st.integers(-MAX_WEIGHT, 0)) for one in right]
    return msgspec.structs.replace(multiple, scoring=scoring, weights=tuple(weights) if scoring == "weights" else ())


def seen_again(drafts_given: list[QuestionDraft]) -> tuple[QuestionAnswer, ...]:
    ids = [f"q{place}" for place in range(len(drafts_given))]
    return authors_view(*content_of(drafts_given, ids, [[f"{id_}o{n}" for n in range(10)] for id_ in ids]))


def as_draft(answer: QuestionAnswer) -> QuestionDraft:
    return QuestionDraft(
        kind=answer.kind,
        prompt=answer.prompt,
        options=tuple(OptionDraft(text=option.text, keep_last=option.keep_last) for option in answer.options),
        correct=answer.correct,
        points=answer.points,
        explanation=answer.explanation,
        external_id=answer.external_id,
        scoring=answer.scoring,
        weights=answer.weights,
        pool=answer.pool,
        keep_place=answer.keep_place,
    )


@settings(max_examples=50)
@given(st.lists(drafts(), max_size=4))
def test_an_author_sees_what_was_written(written: list[QuestionDraft]) -> None:
    assert [as_draft(answer) for answer in seen_again(written)] == written


@settings(max_examples=50)
@given(st.lists(drafts(), max_size=4))
def test_a_duplicate_differs_in_ids_only(written: list[QuestionDraft]) -> None:
    ids = [f"q{place}" for place in range(len(written))]
    questions, keys = content_of(written, ids, [[f"{id_}o{n}" for n in range(10)] for id_ in ids])
    new_ids = [f"n{place}" for place in range(10)]
    copy = renewed(questions, keys, new_ids, [[f"{id_}o{n}" for n in range(10)] for id_ in new_ids])
    assert [as_draft(answer) for answer in authors_view(*copy)] == written
    old = {question.id for question in questions} | {option.id for question in questions for option in question.options}
    new = {question.id for question in copy[0]} | {option.id for question in copy[0] for option in question.options}
    assert not old & new


@pytest.mark.parametrize(("milli", "shown"), [(0, "0"), (1, "0.001"), (1500, "1.5"), (1000, "1"), (1_000_000, "1000")])
def test_points_are_shown_without_trailing_zeros(milli: int, shown: str) -> None:
    assert str(points(milli)) == shown


def test_too_few_ids_are_an_impossibility() -> None:
    ids = [f"q{place}" for place in range(len(EVERY_KIND))]
    enough = [["a", "b", "c", "d"]] * len(ids)
    with pytest.raises(AssertionError, match="an id is given for each question"):
        content_of(EVERY_KIND, ids[:-1], enough)
    with pytest.raises(AssertionError, match="an id is given for each option"):
        content_of(EVERY_KIND, ids, [["a"]] * len(ids))
    questions, keys = content_of(EVERY_KIND, ids, enough)
    with pytest.raises(AssertionError, match="ids are given for each question"):
        renewed(questions, keys, ids[:-1], enough)
    with pytest.raises(AssertionError, match="an id is given for each option"):
        renewed(questions, keys, ids, [["a"]] * len(ids))
