"""What a checkpoint's signature covers, and the two questions about one: is it signed, does the log hold it.

`docs/checkpoints.md` is the specification; openssl and jq can do what `check` does.
"""

import base64
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.keys import key_id_of, read_public_key
from eventrail.log.line import genesis

HEADING: Final = "eventrail checkpoint 1"
_HASH: Final = slice(-67, -3)
"""Where a line, with its line feed, has the 64 digits: it ends in `"hash":"…"}`."""

_DECODER: Final = msgspec.json.Decoder(Checkpoint)


class CheckpointRefused(Exception):  # noqa: N818 - the name says what happened
    """These are not the words of whoever holds the key: the message says why."""


class HistoryLost(Exception):  # noqa: N818 - the name says what happened
    """The log does not contain the history that the checkpoint states: the message says why."""


class Lines(Protocol):
    """A log as a reader; `line_at` gives a line with its line feed, None where the log does not reach."""

    @property
    def log_id(self) -> str: ...
    def line_at(self, position: int) -> bytes | None: ...


def read_checkpoint(content: bytes) -> Checkpoint:
    """A checkpoint's file. Raises `CheckpointRefused`."""
    try:
        return _DECODER.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CheckpointRefused(f"not a checkpoint: {error}") from None


def statement(log_id: str, position: int, line_hash: str, time: str, key_id: str) -> bytes:
    """The bytes that are signed: six lines, each with its line feed; no value can hold one."""
    return f"{HEADING}\n{log_id}\n{position}\n{line_hash}\n{time}\n{key_id}\n".encode("ascii")


def check(checkpoint: Checkpoint, public_key: bytes) -> None:
    """Whether the holder of this key (PEM) signed exactly this. Raises `CheckpointRefused`, `KeyRefused`."""
    key = read_public_key(public_key)
    if checkpoint.key_id != key_id_of(key):
        raise CheckpointRefused(f"signed by another key, {checkpoint.key_id[:16]}…, not by {key_id_of(key)[:16]}…")
    signed = statement(checkpoint.log_id, checkpoint.position, checkpoint.hash, checkpoint.time, checkpoint.key_id)
    try:
        key.verify(base64.b64decode(checkpoint.signature), signed)
    except InvalidSignature:
        raise CheckpointRefused("the signature is not of this checkpoint and this key") from None


def contains(lines: Lines, checkpoint: Checkpoint) -> None:
    """Whether the log still holds the history that was signed. Raises `HistoryLost`.

    The hash at one position stands for every byte up to there, where the chain up to there closes: that is for
    whoever reads the lines to have checked.
    """
    if checkpoint.log_id != lines.log_id:
        raise HistoryLost(f"the checkpoint is of the log {checkpoint.log_id}, this is {lines.log_id}")
    held = _hash_at(lines, checkpoint.position)
    if held is None:
        raise HistoryLost(f"the log does not reach position {checkpoint.position}")
    if held != checkpoint.hash:
        raise HistoryLost(f"at position {checkpoint.position} the log holds {held}, the checkpoint {checkpoint.hash}")


def _hash_at(lines: Lines, position: int) -> str | None:
    if position == 0:
        return genesis(lines.log_id).hash
    line = lines.line_at(position)
    return None if line is None else line[_HASH].decode("ascii", "replace")
