"""What a shortcut before the application is, to the protocol that asks it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from servicekit.direct_answer import DirectCycle

Headers = Mapping[bytes, bytes]
Take = Callable[[bytes, DirectCycle], bool]
"""Given the whole body: whether the request is taken, and is answered by the cycle then, now or later."""


class Shortcut(Protocol):
    """Told of each plain head: method, target as it was sent, headers. None: this request is the application's.

    An equal head gets an equal answer: it may be remembered.
    """

    def __call__(self, method: bytes, target: bytes, headers: Headers) -> Take | None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """The head of one that a shortcut wants."""

    method: bytes
    target: bytes
    headers: Headers
    take: Take
