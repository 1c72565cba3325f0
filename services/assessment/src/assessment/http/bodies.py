"""Request bodies: read within a limit, then strict JSON of a known shape, with the place of whatever is wrong in it."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request

from assessment.http.problems import refused
from contracts.problems import ProblemType
from contracts.wire import Request as RequestBody
from servicekit.bodies import discard_body, read_body
from servicekit.decoding import decode
from servicekit.problems import ProblemRaised

JSON: Final = "application/json"
BODY_SECONDS: Final = 30.0
T = TypeVar("T", bound=RequestBody)
AnyRequest = Request[Any, Any, Any]


class Nothing(RequestBody, frozen=True):
    """The body of a request that says everything in its address: absent, or an empty object."""


async def whole_body(request: AnyRequest, limit_bytes: int) -> bytes:
    """Read the body; whatever refuses it reads on for a while, so that the client gets to see the answer."""
    receive: Any = request.receive  # the framework and ours have types of their own for the same callable
    headers = request.scope["headers"]
    try:
        return await read_body(receive, headers, limit_bytes=limit_bytes, deadline_seconds=BODY_SECONDS)
    except ProblemRaised:
        await discard_body(receive)
        raise


def decoded(body: bytes, headers: Mapping[str, str], shape: type[T], *, needed: bool) -> T:
    """Decode a body; an absent one is an empty object where it is not needed."""
    decoder: msgspec.json.Decoder[T] = _decoder(shape)
    if not body and not needed:
        return decode(decoder, b"{}")
    _check_kind(headers)
    return decode(decoder, body)


@cache
def _decoder(shape: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(shape)


def _check_kind(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "")
    media_type, _, parameters = kind.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != JSON or charset not in {"", "utf-8"}:
        raise refused(ProblemType.UNSUPPORTED_MEDIA_TYPE, f"Send {JSON}.", at="Content-Type", seen=kind)
    if (coding := headers.get("content-encoding", "identity")) != "identity":
        raise refused(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send it unpacked.", at="Content-Encoding", seen=coding)
