import pytest

from eventrail.log.events import Query
from eventrail.log.nearness import NEAR_EVENTS, is_near


@pytest.mark.parametrize("after", [0, 1, 1_000])
@pytest.mark.parametrize(
    ("events", "near"), [(0, True), (1, True), (NEAR_EVENTS - 1, True), (NEAR_EVENTS, True), (NEAR_EVENTS + 1, False)]
)
def test_near_is_what_few_events_before_the_head_begins(after: int, events: int, near: bool) -> None:  # noqa: FBT001 (a table)
    assert is_near(Query(after=after), after + events) is near
    assert is_near(Query(after=after, limit=1, types=("said",), tags=("a:1",)), after + events) is near


def test_a_backward_page_is_never_near() -> None:
    assert not is_near(Query(after=9, backward=True), 10)
