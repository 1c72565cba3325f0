"""The signing key: made once for its owner's eyes only, never replaced, refused where it is none."""

import os
import stat
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from eventrail.checkpoints.keys import KEY_NAME, KeyRefused, given_key, own_key, read_public_key


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = own_key(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / KEY_NAME).stat().st_mode) == 0o600
    assert own_key(tmp_path).key_id == made.key_id
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


def test_the_key_id_is_the_digest_of_the_public_half(tmp_path: Path) -> None:
    key = own_key(tmp_path)
    inner = b"".join(key.public_pem.splitlines()[1:-1])
    der = subprocess.run(["base64", "-d"], input=inner, capture_output=True, check=True).stdout
    assert key.key_id == sha256(der).hexdigest()
    read_public_key(key.public_pem)


def test_a_file_that_is_no_key_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_bytes(b"something of the operator's")
    with pytest.raises(KeyRefused, match=r"checkpoint_key\.pem is not a private key"):
        own_key(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == b"something of the operator's"


def test_a_directory_without_room_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(KeyRefused, match="No space left"):
            own_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(own_key(tmp_path).key_id) == 64


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "not a private key"),
        (
            Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
            ),
            "without a password",
        ),
        (
            Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "not an Ed25519 key",
        ),
    ],
    ids=["none", "locked", "of another curve"],
)
def test_another_kind_of_key_is_refused(pem: bytes, reason: str) -> None:
    with pytest.raises(KeyRefused, match=reason):
        given_key(pem)
