"""What a checkpoint proves: who signed it, and that a log still holds the history that was signed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import KeyRefused, SigningKey
from eventrail.checkpoints.shelf import Shelf
from eventrail.checkpoints.statement import CheckpointRefused, HistoryLost, check, contains, read_checkpoint
from eventrail.log.log import Log
from tests.kit.logs import NOON, append, event, open_log
from tests.unit.checkpoints.rewriting import rewritten

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = open_log(tmp_path / "log")
    log.commit([append(event(b'"\xf0\x9f\x8c\x8d"', "a:b")), append(event(b"2"), event(b"3"))])
    yield log
    log.close()


def signed(log: Log, key: SigningKey = KEY) -> Checkpoint:
    return Keeper(log, Shelf(log._layout.directory), lambda: key, KeeperOptions(), lambda: NOON).make()


def test_a_checkpoint_of_the_head_is_signed_and_held(log: Log) -> None:
    checkpoint = signed(log)
    assert (checkpoint.log_id, checkpoint.position, checkpoint.hash) == (log.log_id, 3, log.head.hash)
    assert checkpoint.time == "2026-11-22T12:00:00.000000Z"
    check(checkpoint, KEY.public_pem)
    log.commit([append(event(b"4"))])
    contains(log, checkpoint)
    assert read_checkpoint(msgspec.json.encode(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("log_id", "00000000-0000-7000-8000-000000000000"),
        ("position", 2),
        ("hash", "0" * 64),
        ("time", "2026-11-22T12:00:00.000001Z"),
        ("signature", "A" * 86 + "=="),
    ],
)
def test_a_changed_field_is_refused(log: Log, field: str, value: object) -> None:
    changed = msgspec.structs.replace(signed(log), **{field: value})
    with pytest.raises(CheckpointRefused, match="the signature is not of this checkpoint"):
        check(changed, KEY.public_pem)


def test_another_key_is_told_from_a_wrong_signature(log: Log) -> None:
    other = SigningKey(Ed25519PrivateKey.generate())
    with pytest.raises(CheckpointRefused, match="signed by another key"):
        check(signed(log), other.public_pem)
    posing = msgspec.structs.replace(signed(log, other), key_id=KEY.key_id)
    with pytest.raises(CheckpointRefused, match="the signature is not"):
        check(posing, KEY.public_pem)


def test_a_key_that_is_none_is_refused(log: Log) -> None:
    foreign = X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for pem, reason in ((b"", "not a public key"), (b"\xff" * 9, "not a public key"), (foreign, "not an Ed25519 key")):
        with pytest.raises(KeyRefused, match=reason):
            check(signed(log), pem)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("log_id", "00000000-0000-7000-8000-000000000000\n"),
        ("log_id", "3"),
        ("position", -1),
        ("position", 1.5),
        ("hash", "0" * 63),
        ("hash", "A" * 64),
        ("time", "2026-11-22T12:00:00Z"),
        ("key_id", "0" * 64 + "\n"),
        ("signature", "A" * 88),
        ("signature", None),
    ],
)
def test_what_would_make_the_statement_ambiguous_is_no_checkpoint(log: Log, field: str, value: object) -> None:
    fields = {**msgspec.to_builtins(signed(log)), field: value}
    with pytest.raises(CheckpointRefused, match="not a checkpoint"):
        read_checkpoint(msgspec.json.encode(fields))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b"{"])
def test_other_bytes_are_no_checkpoint(content: bytes) -> None:
    with pytest.raises(CheckpointRefused, match="not a checkpoint"):
        read_checkpoint(content)


def test_an_empty_log_has_a_checkpoint_too(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log")
    checkpoint = signed(log)
    check(checkpoint, KEY.public_pem)
    contains(log, checkpoint)
    assert checkpoint.position == 0
    with pytest.raises(HistoryLost, match="at position 0"):
        contains(log, msgspec.structs.replace(checkpoint, hash="0" * 64))
    log.close()


def test_another_log_and_a_shorter_one_do_not_contain_it(log: Log, tmp_path: Path) -> None:
    checkpoint = signed(log)
    other = open_log(tmp_path / "other")
    with pytest.raises(HistoryLost, match="the checkpoint is of the log"):
        contains(other, checkpoint)
    with pytest.raises(HistoryLost, match="does not reach position 3"):
        contains(other, msgspec.structs.replace(checkpoint, log_id=other.log_id))
    other.close()


def test_a_log_rewritten_as_a_whole_with_all_hashes_is_found(log: Log, tmp_path: Path) -> None:
    checkpoint = signed(log)
    unchanged = open_log(rewritten(tmp_path / "log", tmp_path / "same", b"", b""))
    contains(unchanged, checkpoint)
    unchanged.close()
    forged = open_log(rewritten(tmp_path / "log", tmp_path / "forged", b'"data":2', b'"data":9'))
    assert b'"data":9' in (forged.line_at(2) or b""), "the engine takes the forged log for sound"
    with pytest.raises(HistoryLost, match="at position 3 the log holds"):
        contains(forged, checkpoint)
    forged.close()
