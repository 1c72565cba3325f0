"""What an id, a type or a tag is known by in the index files: 12 bytes that spread evenly."""

from hashlib import blake2b, sha256
from typing import Final

KEY_BYTES: Final = 12


class KeyDigests:
    """Keys of one log; another log's keys are others, so that its files answer nothing by accident.

    With 96 bits, two of ten billion keys are the same with a probability below one in a billion.
    """

    def __init__(self, log_id: str) -> None:
        self._secret = sha256(log_id.encode()).digest()[:16]

    def of_id(self, event_id: bytes) -> bytes:
        return blake2b(event_id, digest_size=KEY_BYTES, key=self._secret).digest()

    def of_type(self, event_type: bytes) -> bytes:
        return blake2b(event_type, digest_size=KEY_BYTES, key=self._secret, person=b"type").digest()

    def of_tag(self, tag: bytes) -> bytes:
        return blake2b(tag, digest_size=KEY_BYTES, key=self._secret, person=b"tag").digest()
