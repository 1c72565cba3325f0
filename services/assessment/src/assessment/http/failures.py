"""Every way in which a request can end without its answer, as a problem; no SQL, path or trace ever goes with it."""

import logging
from typing import Any, Final

from asyncpg.exceptions import InterfaceError, InternalClientError, PostgresError
from litestar import Request, Response
from litestar.types import ExceptionHandlersMap

from assessment.app.errors import KeyReused, LogUnavailable, Overloaded
from assessment.domain.decision import Refused
from assessment.http.problems import of_refusal, refused, try_again
from assessment.read_models.queries_reader import ReadsBusy
from contracts.problems import ProblemType
from servicekit.bodies import ClientGone
from servicekit.litestar_problems import exception_handlers, response
from servicekit.problems import ProblemRaised

AnyResponse = Response[bytes]
RETRY_SECONDS: Final = 1
UNKNOWN_OUTCOME: Final = "Whether it was done is not known here; a retry with the same Idempotency-Key is safe."
_LOG: Final = logging.getLogger("assessment.http")
_PASSING_CLASSES: Final = ("08", "25", "40", "53", "55", "57", "58")
"""SQLSTATE classes of what passes: connections, timeouts, deadlocks, resources, locks, shutdowns, the system."""


def handlers() -> ExceptionHandlersMap:
    """For `Litestar(exception_handlers=…)`."""
    return {
        **exception_handlers(),
        Refused: _refused,
        KeyReused: _key_reused,
        Overloaded: _overloaded,
        LogUnavailable: _log_unavailable,
        ReadsBusy: _reads_busy,
        ClientGone: _client_gone,
        PostgresError: _database,
        InterfaceError: _unreachable,
        InternalClientError: _unreachable,
        OSError: _unreachable,
    }


def _answered(raised: ProblemRaised) -> AnyResponse:
    return response(raised.body, raised.headers)


def _refused(_: Request[Any, Any, Any], error: Refused) -> AnyResponse:
    return _answered(of_refusal(error.refusal))


def _key_reused(_: Request[Any, Any, Any], __: KeyReused) -> AnyResponse:
    detail = "The key was used for a request with another method, address or body."
    return _answered(refused(ProblemType.IDEMPOTENCY_KEY_REUSED, detail, at="Idempotency-Key"))


def _overloaded(_: Request[Any, Any, Any], error: Overloaded) -> AnyResponse:
    _LOG.warning("a command was not done", extra={"fields": {"reason": str(error)}})
    return _answered(try_again(ProblemType.BUSY, UNKNOWN_OUTCOME, error.retry_after_seconds))


def _log_unavailable(_: Request[Any, Any, Any], error: LogUnavailable) -> AnyResponse:
    _LOG.warning("the log is not available", extra={"fields": {"reason": str(error)}})
    return _answered(try_again(ProblemType.UNAVAILABLE, UNKNOWN_OUTCOME, RETRY_SECONDS))


def _reads_busy(_: Request[Any, Any, Any], __: ReadsBusy) -> AnyResponse:
    return _answered(try_again(ProblemType.BUSY, "Too many requests read at once.", RETRY_SECONDS))


def _client_gone(_: Request[Any, Any, Any], __: ClientGone) -> AnyResponse:
    """Nobody hears this any more."""
    return _answered(refused(ProblemType.MALFORMED))


def _database(request: Request[Any, Any, Any], error: PostgresError) -> AnyResponse:
    """Tell apart what passes from a fault of ours; the message may quote a row, so it stays out of the log."""
    state: str = getattr(error, "sqlstate", None) or ""
    fields = {"sqlstate": state, "constraint": getattr(error, "constraint_name", None)}
    if state.startswith(_PASSING_CLASSES):
        _LOG.warning("the database failed", extra={"fields": fields})
        return _unreachable(request, error)
    _LOG.error("the database refused a statement", extra={"fields": fields})
    return _answered(refused(ProblemType.INTERNAL))


def _unreachable(_: Request[Any, Any, Any], __: Exception) -> AnyResponse:
    return _answered(try_again(ProblemType.UNAVAILABLE, "The database does not answer.", RETRY_SECONDS))
