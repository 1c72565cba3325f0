"""Litestar's exceptions as problem details; anything unforeseen is a logged 500 that says nothing of itself."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from contracts.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemType, problem
from servicekit.problems import ProblemRaised, encode, kind_of_status

_LOG = logging.getLogger("servicekit.problems")


def exception_handlers() -> ExceptionHandlersMap:
    """For `Litestar(exception_handlers=…)`; a service may add its own beside them."""
    return {ProblemRaised: _raised, HTTPException: _framework, Exception: _unforeseen}


def response(body: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(encode(body), status_code=body.status, media_type=PROBLEM_MEDIA_TYPE, headers=headers or {})


def _raised(_: Request[Any, Any, Any], error: ProblemRaised) -> Response[bytes]:
    return response(error.body, error.headers)


def _framework(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    if error.status_code >= 500:
        _LOG.error("the framework failed", exc_info=error)
        return response(problem(ProblemType.INTERNAL))
    kind = kind_of_status(error.status_code)
    allow = (error.headers or {}).get("allow") or (error.headers or {}).get("Allow")
    headers = {"Allow": allow} if allow else {}
    if kind is ProblemType.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    at, detail = _place(error)
    return response(problem(kind, detail, at=at), headers)


def _place(error: HTTPException) -> tuple[str, str]:
    """Where a validation failed, of what Litestar says in `extra`; other details of the framework are not shown."""
    if isinstance(error.extra, list) and error.extra and isinstance(error.extra[0], dict):
        first = error.extra[0]
        place = ".".join(str(part) for part in (first.get("source"), first.get("key")) if part)
        return place, str(first.get("message", ""))
    return "", ""


def _unforeseen(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _LOG.error("a request failed", exc_info=error)
    return response(problem(ProblemType.INTERNAL))
