"""A checkpoint: the head of a log, signed, for somebody who wants to hold the log to it later."""

from typing import Annotated, Final

import msgspec

from contracts.envelope import Digest, Position
from contracts.wire import Message

LOG_ID_PATTERN: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\n)$"
TIME_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z(?!\n)$"
SIGNATURE_PATTERN: Final = r"^[A-Za-z0-9+/]{86}==(?!\n)$"

LogId = Annotated[str, msgspec.Meta(pattern=LOG_ID_PATTERN)]
CheckpointTime = Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)]
Signature = Annotated[str, msgspec.Meta(pattern=SIGNATURE_PATTERN)]


class Checkpoint(Message, frozen=True):
    """The log `log_id` was durable up to `position`, and the hash there was `hash`.

    position: of the last durable event; 0 for an empty log, whose hash is the SHA-256 of its id
    time: when it was signed, by the server's clock, UTC
    key_id: SHA-256 of the public key as DER (SubjectPublicKeyInfo), as hex
    signature: Ed25519 over the statement that docs/checkpoints.md gives, as base64
    """

    log_id: LogId
    position: Position
    hash: Digest
    time: CheckpointTime
    key_id: Digest
    signature: Signature
