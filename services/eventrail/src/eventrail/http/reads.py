"""`GET /events/{id}` and `GET /events`: stored lines as they stand, or, where asked for, as CloudEvents."""

import asyncio
from typing import Final
from urllib.parse import urlencode

from contracts.problems import ProblemType, problem
from eventrail.http.accept import choose
from eventrail.http.cloud_outgoing import cloud_batch, cloud_event
from eventrail.http.conversion import query_after, query_of
from eventrail.http.exchange import CLOUD_BATCH, CLOUD_EVENT, JSON, NDJSON, Answer, Exchange, Headers
from eventrail.http.limits import DEFAULT_PAGE_EVENTS
from eventrail.http.queries import NOTHING, READ, Values, one, parse_query
from eventrail.http.store import Store
from eventrail.http.waiting import Waiting
from eventrail.log.events import Page, Query
from servicekit.problems import ProblemRaised, malformed

_YEAR: Final = (b"cache-control", b"private, max-age=31536000, immutable")
_VARY: Final = (b"vary", b"Accept, Authorization")
PLAIN_ACCEPT: Final = frozenset({None, b"*/*", JSON})
"""With these one event is answered as it stands."""
_HASH: Final = slice(-66, -2)
"""Where a line without its line feed has the 64 digits: it ends in `"hash":"…"}`."""


class Reads:
    """The reading routes that answer at once, or after a bounded wait."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def by_id(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        kind = choose(exchange.header(b"accept"), (JSON, CLOUD_EVENT))
        found = self._store.log.line_by_id(exchange.path_value("id"))
        if found is None:
            raise ProblemRaised(problem(ProblemType.NOT_FOUND))
        answer = stored_answer(found)
        if kind == CLOUD_EVENT:
            answer = as_cloud_event(answer, self._store.log.log_id)
        tag = answer.headers[0][1]
        return Answer(304, headers=answer.headers) if _matches(exchange.header(b"if-none-match"), tag) else answer

    async def page(self, exchange: Exchange) -> Answer:
        values = parse_query(exchange.query_string, READ)
        kind = choose(exchange.header(b"accept"), (NDJSON, JSON, CLOUD_BATCH))
        query = query_of(values, DEFAULT_PAGE_EVENTS)
        refuse_beyond_head(query.after, self._store.log.head.position)
        wait_seconds = one(values, "wait", 0.0)
        if wait_seconds and query.backward:
            raise malformed("only a forward page can wait", at="query.wait", seen=f"{wait_seconds:g}")
        page = await self._store.page(query)
        if not page.count and wait_seconds:
            page = await self._awaited(exchange, query, page, wait_seconds)
        body = _body(page, kind)
        if kind == CLOUD_BATCH:
            body = await asyncio.to_thread(cloud_batch, page.lines, self._store.log.log_id)
        return Answer(200, body, kind, _headers(page, query, values))

    async def _awaited(self, exchange: Exchange, query: Query, page: Page, wait_seconds: float) -> Page:
        """The first page that isn't empty; each look goes on where the one before it ended."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait_seconds
        async with Waiting(self._store, exchange) as waiting:
            while not page.count and not waiting.over and not _exhausted(query, page):
                remaining = deadline - clock()
                if page.scanned >= page.head and (
                    remaining <= 0 or await waiting.head_beyond(page.head, remaining) <= page.head
                ):
                    break
                page = await self._store.page(query_after(query, page.scanned))
        return page


def stored_answer(stored: bytes) -> Answer:
    """The line as it stands, which never changes; its hash is its tag."""
    line = stored.removesuffix(b"\n")
    return Answer(200, line, JSON, ((b"etag", b'"%b"' % line[_HASH]), _YEAR, _VARY))


def as_cloud_event(stored: Answer, log_id: str) -> Answer:
    (name, tag), *others = stored.headers
    headers = ((name, tag[:-1] + b'-cloudevents"'), *others)
    return Answer(200, cloud_event(stored.body, log_id), CLOUD_EVENT, headers)


def refuse_beyond_head(after: int, head: int) -> None:
    """Such a reader has seen another history: to let it wait would hide every event up to there."""
    if after > head:
        raise malformed(f"the log has not reached it, its head is {head}", at="query.after", seen=str(after))


def _exhausted(query: Query, page: Page) -> bool:
    return query.before is not None and page.scanned >= query.before - 1


def _matches(if_none_match: bytes | None, tag: bytes) -> bool:
    if if_none_match is None:
        return False
    given = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
    return b"*" in given or tag in given


def _body(page: Page, kind: bytes) -> bytes:
    """A line holds no line feed but its last: the array is the same bytes with other separators."""
    if kind == NDJSON:
        return page.lines
    return b"[" + page.lines.removesuffix(b"\n").replace(b"\n", b",") + b"]"


def _headers(page: Page, query: Query, values: Values) -> Headers:
    headers = (
        (b"eventrail-head", b"%d" % page.head),
        (b"eventrail-scanned", b"%d" % page.scanned),
        _VARY,
    )
    following = _following(page, query, values)
    return (*headers, (b"link", b"<" + following + b'>; rel="next"')) if following else headers


def _following(page: Page, query: Query, values: Values) -> bytes | None:
    """Where the next page begins; None where there is nothing more to look at now."""
    end = page.scanned
    if query.backward:
        more, changed = end > query.after + 1, "before"
    else:
        more, changed = end < page.head and not _exhausted(query, page), "after"
    if not more:
        return None
    kept = [(name, value) for name, given in values.items() if name not in {changed, "wait"} for value in given]
    return b"/events?" + urlencode([*kept, (changed, end)], safe=":").encode()
