"""Many texts at once are judged as each of them is."""

import pytest
from hypothesis import given, strategies as st

from eventrail.log.grammar import are_ids, are_tags, is_id, is_tag
from eventrail.log.limits import TAG_CHARACTERS
from tests.kit.logs import numbered_id
from tests.kit.properties import PROPERTY

PIECES = st.lists(st.sampled_from(["a", "Z9", "_", "-", ":", ".", "\n", "é", " ", "a:b"]), max_size=5).map("".join)
IDS = st.sampled_from([numbered_id(1), numbered_id(2), numbered_id(1)[:-1], numbered_id(1).replace("8", "F"), "", "\n"])


@PROPERTY
@given(st.lists(PIECES, max_size=5))
def test_tags(texts: list[str]) -> None:
    assert are_tags(texts) == all(map(is_tag, texts))


@PROPERTY
@given(st.lists(st.one_of(IDS, st.tuples(IDS, IDS).map("\n".join)), max_size=4))
def test_ids(texts: list[str]) -> None:
    assert are_ids(texts) == all(map(is_id, texts))


@pytest.mark.parametrize("texts", [["a:b\nc:d"], ["a:b", "c:d\ne:f"], ["a:b\n"], ["a:b", ""], ["a:b", "c"]])
def test_a_line_feed_makes_no_two_tags_of_one(texts: list[str]) -> None:
    assert not are_tags(texts)


def test_a_line_feed_makes_no_two_ids_of_one() -> None:
    assert are_ids([numbered_id(1), numbered_id(2)])
    assert not are_ids([f"{numbered_id(1)}\n{numbered_id(2)}"])


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_the_longest_tag_among_others(beyond: int) -> None:
    longest = "t:" + "x" * (TAG_CHARACTERS - 2 + beyond)
    assert are_tags(["a:b", longest, "c:d"]) == is_tag(longest) == (beyond <= 0)
