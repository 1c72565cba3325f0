"""`GET /checkpoint`: the durable head, signed, and the public key to check it with."""

from typing import Final

from contracts.problems import ProblemType, problem
from eventrail.checkpoints.keys import KeyRefused, SigningKey
from eventrail.http.exchange import Answer, Exchange, json_answer
from eventrail.http.queries import NOTHING, parse_query
from eventrail.http.store import Store
from servicekit.problems import ProblemRaised

PEM: Final = b"application/x-pem-file"


class Checkpoints:
    """The routes of auditors."""

    def __init__(self, store: Store) -> None:
        self._keeper = store.checkpoints

    async def checkpoint(self, exchange: Exchange) -> Answer:
        """Made anew each time, of what is durable now; nothing is written."""
        parse_query(exchange.query_string, NOTHING)
        self._key()
        return json_answer(200, self._keeper.make())

    async def key(self, exchange: Exchange) -> Answer:
        parse_query(exchange.query_string, NOTHING)
        return Answer(200, self._key().public_pem, PEM)

    def _key(self) -> SigningKey:
        try:
            return self._keeper.key
        except KeyRefused as error:
            raise ProblemRaised(problem(ProblemType.UNAVAILABLE, f"no checkpoint can be signed: {error}")) from None
