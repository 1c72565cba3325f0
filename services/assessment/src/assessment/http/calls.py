"""A request that asks for a change: its body, its key, and who asks, as the command's envelope."""

import hashlib
import re
import uuid
from dataclasses import dataclass
from typing import Final, TypeVar

from assessment.app.envelope import CommandEnvelope
from assessment.domain.derived_ids import derived_id
from assessment.http.bodies import AnyRequest, decoded, whole_body
from assessment.http.operations import Operation
from assessment.http.problems import malformed, refused
from contracts.assessment.limits import MAX_IDEMPOTENCY_KEY_CHARACTERS
from contracts.problems import ProblemType
from contracts.wire import Request as RequestBody
from servicekit.json_log import REQUEST_ID

KEY_HEADER: Final = "Idempotency-Key"
KEY_NAMESPACE: Final = "6f1d3a52-7c0e-5f3b-9d0a-2f4f3a6f8a11"
"""Of every command's key; another value would make every retry a new command."""

_KEY_GRAMMAR: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_IDEMPOTENCY_KEY_CHARACTERS}}}")
_TRACE_GRAMMAR: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
T = TypeVar("T", bound=RequestBody)


@dataclass(frozen=True, slots=True)
class Call:
    """One request's body and key; `envelope` makes what the command travels in, for whoever turns out to ask."""

    request: AnyRequest
    operation: Operation
    body: bytes
    idempotency_key: str | None

    def decoded(self, shape: type[T]) -> T:
        assert shape is self.operation.body, f"{self.operation.id} is described with another body"
        return decoded(self.body, self.request.headers, shape, needed=self.operation.body_needed)

    def envelope(self, actor: str) -> CommandEnvelope:
        if self.idempotency_key is None:
            key, fingerprint = str(uuid.uuid4()), None
        else:
            key = derived_id(KEY_NAMESPACE, f"{scope_of(actor)}\n{self.idempotency_key}")
            fingerprint = self._fingerprint()
        return CommandEnvelope(
            key=key, fingerprint=fingerprint, actor=actor, correlation_id=REQUEST_ID.get(), traceparent=self._trace()
        )

    def _fingerprint(self) -> str:
        """SHA-256 over method, address and body: what makes a request the same request."""
        query = self.request.scope["query_string"]
        address = self.request.scope["path"].encode() + (b"?" + query if query else b"")
        digest = hashlib.sha256(b"%b\n%b\n" % (self.request.method.encode(), address))
        digest.update(self.body)  # a file of megabytes is not copied for this
        return digest.hexdigest()

    def _trace(self) -> str:
        given = self.request.headers.get("traceparent", "")
        return given if _TRACE_GRAMMAR.fullmatch(given) else ""


def scope_of(actor: str) -> str:
    """Whose an Idempotency-Key is: an employer's, whichever API key it came with, so that a retry outlives a key."""
    return actor.partition("/")[0]


async def read_call(request: AnyRequest, operation: Operation) -> Call:
    """Read a request whole, and its Idempotency-Key where the operation takes one."""
    key = _idempotency_key(request, operation)
    body = await whole_body(request, operation.max_body_bytes) if operation.has_body else b""
    return Call(request, operation, body, key)


def _idempotency_key(request: AnyRequest, operation: Operation) -> str | None:
    if operation.idempotency == "none":
        return None
    key = request.headers.get(KEY_HEADER.lower())
    if key is None:
        if operation.idempotency == "needed":
            detail = "Send a key of your own; the same one with each retry."
            raise refused(ProblemType.IDEMPOTENCY_KEY_REQUIRED, detail, at=KEY_HEADER)
        return None
    if _KEY_GRAMMAR.fullmatch(key) is None:
        detail = f"The key has 1 to {MAX_IDEMPOTENCY_KEY_CHARACTERS} visible ASCII characters."
        raise malformed(detail, at=KEY_HEADER, seen=key)
    return key
