"""Pages of a list: a bounded number of items and an opaque cursor that says where the next page begins."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import msgspec

from assessment.http.identities import Identity
from assessment.http.problems import malformed
from contracts.assessment.limits import DEFAULT_PAGE_ITEMS, MAX_PAGE_ITEMS

Place = tuple[datetime, str]
"""When an item came into being, and its id: lists are ordered by both, oldest first."""

START: Final[Place] = (datetime.min.replace(tzinfo=UTC), "00000000-0000-0000-0000-000000000000")
_Cursor = tuple[Annotated[datetime, msgspec.Meta(tz=True)], Identity]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` items after a place."""

    limit: int
    after: Place


def page_request(query: Mapping[str, str]) -> PageRequest:
    """Read `limit` and `cursor`."""
    cursor = query.get("cursor")
    return PageRequest(page_limit(query), START if cursor is None else _decoded(cursor))


def next_cursor(rows: Sequence[T], page: PageRequest, place: Callable[[T], Place]) -> str | None:
    """Name the place of the page's last row; None at the end. A page is read with one row more than its limit."""
    return _encoded(place(rows[page.limit - 1])) if len(rows) > page.limit else None


def page_limit(query: Mapping[str, str]) -> int:
    """Read `limit`."""
    text = query.get("limit")
    if text is None:
        return DEFAULT_PAGE_ITEMS
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MAX_PAGE_ITEMS):
        raise malformed(f"The limit is a number from 1 to {MAX_PAGE_ITEMS}.", at="limit", seen=text)
    return int(text)


def _encoded(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _decoded(cursor: str) -> Place:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place: Place = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=_Cursor)
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        raise malformed("The cursor is none that a page gave.", at="cursor", seen=cursor) from error
    return place
