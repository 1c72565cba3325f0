"""Every secret of one installation: made at random once, kept in one file that only its owner reads."""

import hashlib
import secrets
from pathlib import Path
from typing import Self

import msgspec

from embedded.failures import ServerFailed
from embedded.private_file import write_private

TOKEN_BYTES = 32


class Secrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tokens in clear, as clients send them; services are told their SHA-256 only, or the one they send.

    postgres_password: the superuser's; postgres_service_password: of the login that the assessment service has
    """

    admin_token: str
    append_token: str
    read_token: str
    assessment_token: str
    operator_token: str
    postgres_password: str
    nats_password: str
    postgres_service_password: str = ""

    @classmethod
    def create(cls) -> Self:
        return cls(**{name: secrets.token_urlsafe(TOKEN_BYTES) for name in cls.__struct_fields__})


def load_or_create(path: Path) -> Secrets:
    """The secrets in the file, which is made if there is none. Raises ServerFailed if it can't be understood."""
    if path.exists():
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Secrets)
        except msgspec.DecodeError as error:
            raise ServerFailed(str(path), f"this file of secrets is damaged: {error}") from None
        if found.postgres_service_password:
            return found
        # an older version wrote it
        made = msgspec.structs.replace(found, postgres_service_password=secrets.token_urlsafe(TOKEN_BYTES))
    else:
        made = Secrets.create()
    write_private(path, msgspec.json.format(msgspec.json.encode(made)).decode() + "\n")
    return made


def sha256_hex(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tokens_document(made: Secrets) -> str:
    """What Eventrail is told of its tokens: their hashes and scopes."""
    grants = (
        ("admin", made.admin_token, ("admin", "append", "read")),
        ("append", made.append_token, ("append",)),
        ("read", made.read_token, ("read",)),
        ("assessment", made.assessment_token, ("append", "read")),
    )
    tokens = [{"name": name, "sha256": sha256_hex(token), "scopes": scopes} for name, token, scopes in grants]
    return msgspec.json.format(msgspec.json.encode({"tokens": tokens})).decode() + "\n"
