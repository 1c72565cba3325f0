"""The digests of an invite's tokens by generation, derived when one is looked up."""

from collections.abc import Iterator, Mapping
from typing import Final

from assessment.app.secrets import Secrets, digest

MAX_GENERATIONS: Final = 1_000_000


class TokenDigests(Mapping[int, str]):
    """Whatever generation the invite turns out to have when its row is locked, its token's digest is here."""

    def __init__(self, secrets: Secrets, invite_id: str) -> None:
        self._secrets = secrets
        self._invite_id = invite_id

    def __getitem__(self, generation: int) -> str:
        if not 1 <= generation <= MAX_GENERATIONS:
            raise KeyError(generation)
        return digest(self._secrets.invite_token(self._invite_id, generation))

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, MAX_GENERATIONS + 1))

    def __len__(self) -> int:
        return MAX_GENERATIONS
