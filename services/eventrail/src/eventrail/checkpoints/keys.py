"""The key that signs checkpoints: given by the operator, or made once beside the log, for nobody else to read."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

KEY_NAME: Final = "checkpoint_key.pem"
_MODE: Final = 0o600


class KeyRefused(Exception):  # noqa: N818 - the name says what happened
    """There is no such key to work with; the message shows nothing of it."""


class SigningKey:
    """The private half, and what may be known of the public one: `public_pem` and `key_id`."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        public = key.public_key()
        self.public_pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.key_id = key_id_of(public)

    def sign(self, statement: bytes) -> bytes:
        return self._key.sign(statement)


def key_id_of(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key as DER, as hex: `openssl pkey -pubin -outform DER | sha256sum` says the same."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """Raises `KeyRefused`."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyRefused("not a public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyRefused("not an Ed25519 key")
    return key


def given_key(pem: bytes) -> SigningKey:
    """A private key in PEM (PKCS #8), without a password. Raises `KeyRefused`."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyRefused("not a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused("not an Ed25519 key")
    return SigningKey(key)


def own_key(directory: Path) -> SigningKey:
    """The key beside the log, made where there is none. Raises `KeyRefused` and changes nothing that stands."""
    path = directory / KEY_NAME
    try:
        pem = path.read_bytes() if path.exists() else _make(path)
    except OSError as error:
        raise KeyRefused(f"{KEY_NAME} can't be read or written: {error.strerror}") from None
    try:
        return given_key(pem)
    except KeyRefused as refused:
        raise KeyRefused(f"{KEY_NAME} is {refused}") from None


def _make(path: Path) -> bytes:
    """Whole and durable or not at all, and never readable by others, not even for a moment."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    _sync_directory(path.parent)
    return pem


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
