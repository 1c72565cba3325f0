"""The digests of a link's or a key's secrets by generation, derived when one is looked up."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from assessment.app.secrets import digest

MAX_GENERATIONS: Final = 1_000_000


class TokenDigests(Mapping[int, str]):
    """Whatever generation turns out to be next when the row is locked, the digest of its secret is here."""

    def __init__(self, derived: Callable[[int], str]) -> None:
        self._derived = derived

    def __getitem__(self, generation: int) -> str:
        if not 1 <= generation <= MAX_GENERATIONS:
            raise KeyError(generation)
        return digest(self._derived(generation))

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, MAX_GENERATIONS + 1))

    def __len__(self) -> int:
        return MAX_GENERATIONS
