"""Two lists of questions that differ in nothing but what is right, and answers for both."""

import random
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

WORDS = ("Bowline", "Hitch", "Splice", "Bend", "Reef", "Whipping", "Sheet", "Anchor")
Question = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """answers: for each question a text, a boolean, or the places of options, from 0."""

    one: list[Question]
    other: list[Question]
    answers: list[Any]


def a_pair(chance: random.Random) -> Pair:
    """Every kind that has a right answer, in an order of its own; at least one is right in another way."""
    makers = [_single, _multiple, _proportional, _weighted, _true_false, _text, _numeric]
    chance.shuffle(makers)
    one = [make(chance) for make in makers]
    other = deepcopy(one)
    changed = chance.sample(range(len(one)), chance.randint(1, len(one)))
    for place in changed:
        while other[place] == one[place]:
            _make_right_otherwise(other[place], chance)
    return Pair(one, other, [_answer(question, chance) for question in one])


def _options(chance: random.Random) -> list[Question]:
    return [{"text": word} for word in chance.sample(WORDS, chance.randint(3, 6))]


def _several(question: Question, chance: random.Random) -> list[int]:
    count = len(question["options"])
    return sorted(chance.sample(range(1, count + 1), chance.randint(1, count - 1)))


def _single(chance: random.Random) -> Question:
    options = _options(chance)
    return {"kind": "single", "prompt": "Which?", "options": options, "correct": chance.randint(1, len(options))}


def _multiple(chance: random.Random) -> Question:
    question: Question = {"kind": "multiple", "prompt": "Which ones?", "options": _options(chance)}
    return question | {"correct": _several(question, chance)}


def _proportional(chance: random.Random) -> Question:
    return _multiple(chance) | {"scoring": "proportional"}


def _weighted(chance: random.Random) -> Question:
    question = _multiple(chance) | {"scoring": "weights"}
    _weigh(question)
    return question


def _weigh(question: Question) -> None:
    places = range(1, len(question["options"]) + 1)
    question["weights"] = [place if place in question["correct"] else -place for place in places]


def _true_false(chance: random.Random) -> Question:
    return {"kind": "true_false", "prompt": "Is it?", "correct": chance.random() < 1 / 2}


def _text(chance: random.Random) -> Question:
    return {"kind": "text", "prompt": "What?", "correct": chance.sample(WORDS, chance.randint(1, 3))}


def _numeric(chance: random.Random) -> Question:
    return {"kind": "numeric", "prompt": "How many?", "correct": {"value": chance.randint(1, 9), "tolerance": 1}}


def _make_right_otherwise(question: Question, chance: random.Random) -> None:
    """Draw what is right anew, which may be what it was."""
    match question["kind"]:
        case "single":
            question["correct"] = chance.randint(1, len(question["options"]))
        case "multiple":
            question["correct"] = _several(question, chance)
            if "weights" in question:
                _weigh(question)
        case "true_false":
            question["correct"] = not question["correct"]
        case "text":
            question["correct"] = chance.sample(WORDS, chance.randint(1, 3))
        case _:
            question["correct"] = {"value": chance.randint(1, 9), "tolerance": chance.randint(0, 2)}


def _answer(question: Question, chance: random.Random) -> Any:
    match question["kind"]:
        case "single":
            return chance.randrange(len(question["options"]))
        case "multiple":
            return [place - 1 for place in _several(question, chance)]
        case "true_false":
            return chance.random() < 1 / 2
        case "text":
            return chance.choice(WORDS)
        case _:
            return str(chance.randint(1, 9))
