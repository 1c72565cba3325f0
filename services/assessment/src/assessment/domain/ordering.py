"""The order in which one candidate sees questions and options: fixed by a seed, and blind to what is right.

Whatever has an id is ordered by SHA-256 of seed, name and id, each on a line (without a last line feed), the smallest
digest first. No generator of random numbers has a say in it, so that a sitting has the same order on every device,
after every upgrade, and whenever somebody works it out again.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from contracts.questions import Option, Question, Settings

SEED_BITS: Final = 53
"""A number that every reader of JSON keeps exactly."""

QUESTIONS: Final = "questions"

T = TypeVar("T")


def seed_of(sitting_id: str) -> int:
    """Give the seed that a sitting starts with, known before it does: what is seen at once keeps its order."""
    digest = hashlib.sha256(f"order\n{sitting_id}".encode()).digest()
    return int.from_bytes(digest[:8]) >> (64 - SEED_BITS)


def shuffled(items: Sequence[T], seed: int, name: str, identity: Callable[[T], str]) -> tuple[T, ...]:
    """Order items by a hash of seed, name and id: the same on every call, in every process."""

    def place(item: T) -> bytes:
        return hashlib.sha256(f"{seed}\n{name}\n{identity(item)}".encode()).digest()

    return tuple(sorted(items, key=place))


def questions_shown(questions: Sequence[Question], settings: Settings, seed: int) -> tuple[Question, ...]:
    """Order what is asked; a question that keeps its place stands where it was written, the others around it."""
    if not settings.shuffle:
        return tuple(questions)
    moving = [question for question in questions if not question.keep_place]
    moved = iter(shuffled(moving, seed, QUESTIONS, question_id))
    return tuple(question if question.keep_place else next(moved) for question in questions)


def options_shown(question: Question, settings: Settings, seed: int) -> tuple[Option, ...]:
    """Order a question's options; those that are kept last stay behind the others, as they were written."""
    shuffles = settings.shuffle if settings.shuffle_options is None else settings.shuffle_options
    if not shuffles:
        return question.options
    moving = [option for option in question.options if not option.keep_last]
    last = [option for option in question.options if option.keep_last]
    return (*shuffled(moving, seed, question.id, _option_id), *last)


def question_id(question: Question) -> str:
    return question.id


def _option_id(option: Option) -> str:
    return option.id
