"""One path of the API as an ASGI application: method, scope, handler, and every refusal as a problem."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.problems import ProblemType, problem
from eventrail.http.access import Scope, authorize
from eventrail.http.exchange import Answer, Exchange, Handler, problem_answer, send_answer
from eventrail.http.problems import answer_of_error
from eventrail.log.errors import LogError
from servicekit.bodies import ClientGone, discard_body
from servicekit.problems import ProblemRaised
from servicekit.tokens import Grants

_LOG: Final = logging.getLogger("eventrail.http")


@dataclass(frozen=True, slots=True)
class Door:
    """A handler and the scope that it asks for; None is open to everybody."""

    handler: Handler
    scope: Scope | None


class Endpoint:
    """The doors of one path by method; HEAD is GET without a body."""

    def __init__(self, grants: Grants, doors: Mapping[str, Door]) -> None:
        self._grants = grants
        self._doors = dict(doors)
        if "GET" in self._doors:
            self._doors["HEAD"] = self._doors["GET"]
        self._allow = ", ".join(sorted(self._doors))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        exchange = Exchange(scope, receive, send)
        try:
            answer = await self._handled(exchange)
        except ClientGone:
            return
        if answer is None:
            return
        if (b"connection", b"close") not in answer.headers:
            await send_answer(exchange, answer)
            return
        await send_answer(exchange, answer, more_body=True)
        await discard_body(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _handled(self, exchange: Exchange) -> Answer | None:
        try:
            door = self._doors.get(exchange.scope["method"])
            if door is None:
                return problem_answer(problem(ProblemType.METHOD_NOT_ALLOWED), {"Allow": self._allow})
            if door.scope is not None:
                authorize(self._grants, exchange.header(b"authorization"), door.scope)
            return await door.handler(exchange)
        except ClientGone:
            raise
        except asyncio.CancelledError:
            # The server ends, and the time for requests under way is over: this one is refused, not dropped.
            if exchange.started:
                raise
            return stopping_answer()
        except Exception as error:  # noqa: BLE001 - whatever failed, the client gets a problem
            return answer_of_failure(error)


def answer_of_failure(error: Exception) -> Answer:
    """The problem that a handler's error is; what is no refusal goes to the log with its trace."""
    if isinstance(error, ProblemRaised):
        return problem_answer(error.body, error.headers)
    if isinstance(error, LogError):
        return answer_of_error(error)
    _LOG.error("a request failed", exc_info=error)
    return problem_answer(problem(ProblemType.INTERNAL))


def stopping_answer() -> Answer:
    detail = "the server is stopping; whether an append of this request stands is unknown"
    return problem_answer(problem(ProblemType.UNAVAILABLE, detail))
