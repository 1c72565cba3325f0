"""What an id, a type or a tag is known by in the index files: 12 bytes that spread evenly."""

from collections.abc import Sequence
from hashlib import blake2s, sha256
from typing import Final

KEY_BYTES: Final = 12


class KeyDigests:
    """Keys of one log; another log's keys are others, so that its files answer nothing by accident.

    With 96 bits, two of ten billion keys are the same with a probability below one in a billion.
    """

    def __init__(self, log_id: str) -> None:
        secret = sha256(log_id.encode()).digest()[:16]
        self._id = b"i" + secret
        self._type = b"y" + secret
        self._tag = b"t" + secret

    def of_id(self, event_id: bytes) -> bytes:
        return blake2s(self._id + event_id, digest_size=KEY_BYTES).digest()

    def of_ids(self, event_ids: Sequence[bytes]) -> list[bytes]:
        return [blake2s(self._id + event_id, digest_size=KEY_BYTES).digest() for event_id in event_ids]

    def of_type(self, event_type: bytes) -> bytes:
        return blake2s(self._type + event_type, digest_size=KEY_BYTES).digest()

    def of_tag(self, tag: bytes) -> bytes:
        return blake2s(self._tag + tag, digest_size=KEY_BYTES).digest()
