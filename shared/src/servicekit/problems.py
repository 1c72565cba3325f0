"""Problem details (RFC 9457) as an exception, and their bytes."""

from typing import Final

import msgspec

from contracts.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemType, problem

_ENCODER: Final = msgspec.json.Encoder()
_BY_STATUS: Final = {
    400: ProblemType.MALFORMED,
    401: ProblemType.UNAUTHORIZED,
    403: ProblemType.FORBIDDEN,
    404: ProblemType.NOT_FOUND,
    405: ProblemType.METHOD_NOT_ALLOWED,
    406: ProblemType.NOT_ACCEPTABLE,
    413: ProblemType.PAYLOAD_TOO_LARGE,
    415: ProblemType.UNSUPPORTED_MEDIA_TYPE,
    503: ProblemType.UNAVAILABLE,
}


class ProblemRaised(Exception):  # noqa: N818 - the name says what happened
    """A request ends with this problem, and with these headers."""

    def __init__(self, body: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{body.status} {body.type} {body.detail}")
        self.body = body
        self.headers = headers or {}


def malformed(detail: str, *, at: str = "", seen: str = "") -> ProblemRaised:
    """The refusal of a request that can't be understood; `at` and `seen` show the place."""
    return ProblemRaised(problem(ProblemType.MALFORMED, detail, at=at, seen=seen))


def encode(body: Problem) -> bytes:
    return _ENCODER.encode(body)


def kind_of_status(status: int) -> ProblemType:
    """The general problem of a status that a framework chose; other 4xx are malformed requests."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    return ProblemType.MALFORMED if 400 <= status < 500 else ProblemType.INTERNAL


__all__ = ["PROBLEM_MEDIA_TYPE", "ProblemRaised", "encode", "kind_of_status", "malformed"]
