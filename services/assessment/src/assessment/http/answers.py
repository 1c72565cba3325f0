"""How answers are sent: JSON with exact numbers, and the headers that tell a resource's state."""

from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import Response

from assessment.app.envelope import Executed
from assessment.http.preconditions import entity_tag, is_known
from contracts.wire import Message

ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
POSITION_HEADER: Final = "Eventrail-Position"
JSON: Final = "application/json"
REVALIDATED: Final = "private, no-cache"
"""An employer's own browser may keep the answer, and asks each time whether it still stands."""

AnswerBytes = Response[bytes]


def sent(body: Message, *, status: int = 200, headers: Mapping[str, str] | None = None) -> AnswerBytes:
    return Response(ENCODER.encode(body), status_code=status, media_type=JSON, headers=dict(headers or {}))


def stands(body: Message, position: int, request_headers: Mapping[str, str]) -> AnswerBytes:
    """Answer a read with its ETag; 304 without a body where the client has it already."""
    return known(position, request_headers) or sent(body, headers=validators(position))


def known(position: int, request_headers: Mapping[str, str]) -> AnswerBytes | None:
    """Answer 304 where the client has the resource as it stands."""
    if not is_known(request_headers, position):
        return None
    return Response(b"", status_code=304, headers=validators(position), media_type=JSON)


def validators(position: int) -> dict[str, str]:
    """Give the headers by which a client may keep an answer and ask again."""
    return {"ETag": entity_tag(position), "Cache-Control": REVALIDATED}


def download(content: bytes, media_type: str, file_name: str, headers: Mapping[str, str] | None = None) -> AnswerBytes:
    """Answer a file that a browser saves and never shows; its name is ours, whatever it holds."""
    given = {"Content-Disposition": f'attachment; filename="{file_name}"', **(headers or {})}
    bare, _, _ = media_type.partition(";")  # the framework says the charset of a text itself
    return Response(content, media_type=bare, headers=given)


def done(
    executed: Executed,
    body: Message | None,
    *,
    status: int = 200,
    location: str | None = None,
    etag: int | None = None,
) -> AnswerBytes:
    """Answer a command; the same headers and body first time and on replay."""
    headers = {POSITION_HEADER: str(executed.last)}
    if location is not None:
        headers["Location"] = location
    if etag is not None:
        headers["ETag"] = entity_tag(etag)
    if body is None:
        return Response(b"", status_code=204, headers=headers, media_type=JSON)
    return sent(body, status=status, headers=headers)
