import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies

from assessment.http.paging import START, PageRequest, Place, next_cursor, page_request
from contracts.assessment.limits import DEFAULT_PAGE_ITEMS, MAX_PAGE_ITEMS
from servicekit.problems import ProblemRaised

PLACE: Place = (datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), "01890000-0000-7000-8000-000000000001")


def _itself(place: Place) -> Place:
    return place


def test_a_page_begins_where_the_one_before_ended() -> None:
    page = page_request({"limit": "2"})
    assert page == PageRequest(2, START)
    cursor = next_cursor([START, PLACE, PLACE], page, _itself)
    assert cursor is not None
    assert page_request({"cursor": cursor}) == PageRequest(DEFAULT_PAGE_ITEMS, PLACE)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_the_last_page_names_no_next(rows: int) -> None:
    assert next_cursor([PLACE] * rows, PageRequest(2, START), _itself) is None


@pytest.mark.parametrize("limit", ["1", str(MAX_PAGE_ITEMS - 1), str(MAX_PAGE_ITEMS)])
def test_limits_in_range_are_taken(limit: str) -> None:
    assert page_request({"limit": limit}).limit == int(limit)


@pytest.mark.parametrize("limit", ["0", str(MAX_PAGE_ITEMS + 1), "", "-1", "1.0", "\u0665", " 5", "1000000"])
def test_limits_out_of_range_are_refused(limit: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        page_request({"limit": limit})
    assert (raised.value.body.status, raised.value.body.at) == (400, "limit")


@given(strategies.text())
def test_a_cursor_of_ones_own_is_refused(cursor: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        page_request({"cursor": cursor})
    assert (raised.value.body.status, raised.value.body.at) == (400, "cursor")


@given(strategies.datetimes(timezones=strategies.just(UTC)), strategies.uuids())
def test_every_place_survives_its_cursor(at: datetime, identity: uuid.UUID) -> None:
    place = (at, str(identity))
    cursor = next_cursor([place, place], PageRequest(1, START), _itself)
    assert cursor is not None
    assert page_request({"cursor": cursor}).after == place
