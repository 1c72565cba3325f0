"""Types and tags as ascending positions, from either end and within bounds."""

from dataclasses import dataclass

import pytest

from eventrail.log.index.port import IndexDelta
from eventrail.log.matching import Matcher

KINDS = {1: "x", 2: "y", 3: "x", 4: "z", 5: "y", 6: "x"}
TAGGED = {1: ("a:1",), 2: ("a:1", "b:1"), 3: ("b:1",), 4: (), 5: ("a:1", "b:1"), 6: ("b:1",)}
BOUNDS = [(after, upto) for after in range(8) for upto in range(8)]


@dataclass(frozen=True)
class About:
    type: str
    tags: tuple[str, ...]


def stream() -> IndexDelta:
    delta = IndexDelta()
    about = [About(kind, TAGGED[position]) for position, kind in KINDS.items()]
    delta.extend(1, [str(position) for position in KINDS], about, [100] * len(about))
    return delta


@pytest.mark.parametrize(
    ("types", "tags"),
    [
        ((), ()),
        (("x",), ()),
        (("x", "y"), ()),
        (("none",), ()),
        (("none", "y"), ()),
        ((), ("a:1",)),
        ((), ("a:1", "b:1")),
        ((), ("b:1", "none:1")),
        (("x", "z"), ("b:1",)),
        (("y",), ("b:1", "a:1")),
    ],
)
def test_the_first_and_the_last_match_between_two_positions(types: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """`after` is no part of the range, `upto` is; a filter of nothing means every position, of this log or beyond."""
    matching = [
        position
        for position in range(1, 9)
        if (not types or KINDS.get(position) in types) and set(tags) <= set(TAGGED.get(position, ()))
    ]
    matcher = Matcher(stream(), types, tags)
    for after, upto in BOUNDS:
        between = [position for position in matching if after < position <= upto]
        assert matcher.latest(after, upto) == max(between, default=0), (after, upto)
        assert matcher.earliest(after, upto) == min(between, default=0), (after, upto)
