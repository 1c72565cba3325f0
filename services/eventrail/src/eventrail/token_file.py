"""The tokens that a server knows: given by the operator as hashes, or made once beside the log."""

import os
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from servicekit.tokens import Grant, Grants, digest, new_token

FILE_NAME: Final = "tokens.json"
_MODE: Final = 0o600


class TokensRefused(Exception):  # noqa: N818 - the name says what happened
    """The tokens can't be read; the message is for the operator and shows none of them."""


class _Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    scopes: Annotated[tuple[Literal["append", "read", "admin"], ...], msgspec.Meta(min_length=1)]
    name: str = ""


class _Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tokens: tuple[_Known, ...]


class _Own(msgspec.Struct, frozen=True):
    """The file of a server that made its tokens itself; it is for the operator's eyes, hence 0600."""

    admin_token: str
    append_token: str
    read_token: str


def given_grants(text: str) -> Grants:
    """The operator's tokens, by their hashes. Raises `TokensRefused`."""
    try:
        given = msgspec.json.decode(text, type=_Given)
    except msgspec.MsgspecError as error:
        raise TokensRefused(f"the tokens are not as they should be: {error}") from None
    return Grants(Grant(known.name, bytes.fromhex(known.sha256), frozenset(known.scopes)) for known in given.tokens)


def own_grants(directory: Path) -> tuple[Grants, Path]:
    """The server's own tokens and the file that holds them; made at the first start. Raises `TokensRefused`."""
    path = directory / FILE_NAME
    try:
        own = _read(path) if path.exists() else _make(path)
    except OSError as error:
        raise TokensRefused(f"{path} can't be read or written: {error.strerror}") from None
    grants = (
        Grant("admin", digest(own.admin_token), frozenset({"admin"})),
        Grant("append", digest(own.append_token), frozenset({"append"})),
        Grant("read", digest(own.read_token), frozenset({"read"})),
    )
    return Grants(grants), path


def _read(path: Path) -> _Own:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Own)
    except msgspec.MsgspecError:
        raise TokensRefused(f"{path} is not the file that this server made") from None


def _make(path: Path) -> _Own:
    """Whole or not at all, and never readable by others, not even for a moment."""
    own = _Own(new_token(), new_token(), new_token())
    directory = path.parent
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / f".{FILE_NAME}.{os.getpid()}"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(own), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return own
