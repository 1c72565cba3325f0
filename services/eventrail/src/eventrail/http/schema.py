"""`GET /schema`: the OpenAPI document, made once."""

import msgspec

from eventrail.http.exchange import Answer, Exchange
from eventrail.http.openapi import document
from eventrail.http.queries import NOTHING, parse_query


class Schema:
    """The document of this version; it is open, since it holds no data."""

    def __init__(self) -> None:
        self._body = msgspec.json.encode(document())

    async def document(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        return Answer(200, self._body, headers=((b"cache-control", b"public, max-age=300"),))
