"""Pages of events over HTTP: what is asked, and what an answer holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.envelope import Event
from eventrail_client.answers import Answer
from eventrail_client.errors import UnexpectedAnswer
from eventrail_client.port import MAX_PAGE_EVENTS, Page

LINES_TYPE: Final = "application/x-ndjson"

_event = msgspec.json.Decoder(Event)


def parameters_of(
    *,
    after: int,
    before: int | None = None,
    limit: int | None = None,
    types: Sequence[str] = (),
    tags: Sequence[str] = (),
    backward: bool = False,
    wait_seconds: float = 0,
) -> list[tuple[str, str]]:
    """The query of a read; what has its default is left out."""
    parameters = [("after", str(after))] if after else []
    if before is not None:
        parameters.append(("before", str(before)))
    if limit is not None:
        parameters.append(("limit", str(min(limit, MAX_PAGE_EVENTS))))
    if backward:
        parameters.append(("order", "backward"))
    if wait_seconds:
        parameters.append(("wait", f"{wait_seconds:.3f}"))
    parameters.extend(("type", event_type) for event_type in types)
    parameters.extend(("tag", tag) for tag in tags)
    return parameters


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page as it came: its lines have not been looked into."""

    stored: bytes
    scanned: int
    head: int


def found_page(answer: Answer) -> FoundPage:
    """The page of a successful answer. Raises UnexpectedAnswer."""
    try:
        scanned, head = int(answer.headers["Eventrail-Scanned"]), int(answer.headers["Eventrail-Head"])
    except (KeyError, ValueError):
        raise UnexpectedAnswer("a page without Eventrail-Scanned and Eventrail-Head") from None
    return FoundPage(answer.body, scanned, head)


def events_of(found: FoundPage) -> tuple[Event, ...]:
    """What its lines state, an event each. Raises UnexpectedAnswer."""
    try:
        events = tuple(_event.decode_lines(found.stored))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(f"a line is not an event: {error}") from None
    if len(events) != (lines := found.stored.count(b"\n")):
        raise UnexpectedAnswer(f"{len(events)} events in {lines} lines")
    return events


def page_of(found: FoundPage) -> Page:
    """The same with its events. Raises UnexpectedAnswer."""
    return Page(events_of(found), found.stored, found.scanned, found.head)


def event_of(line: bytes) -> Event:
    """The event that a line states. Raises UnexpectedAnswer."""
    try:
        return _event.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnexpectedAnswer(f"a line is not an event: {error}") from None
