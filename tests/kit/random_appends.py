"""Appends at random, of the texts that stores get wrong: 4-byte characters, escapes, numbers beyond a double."""

import random
from typing import Final
from uuid import UUID

from tests.kit.history import Sent, SentEvent

TEXTS: Final = (
    '"plain"',
    '"🌍🏴\u200d☠️ 𐍈"',
    '"\\u0000\\n\\ud83c\\udf0d"',
    '{"é":[1e400,-0.0,"\\\\"]}',
    '"' + "x🌍" * 300 + '"',
    "null",
)


def random_call(chance: random.Random, client: int) -> Sent:
    """One append of a few events, mostly of one."""
    events = tuple(
        SentEvent(
            id=str(UUID(int=chance.getrandbits(128))),
            type=chance.choice(("order.placed", "order.paid")),
            tags=(f"client:{client}",) * chance.randint(0, 1),
            data=chance.choice(TEXTS),
        )
        for _ in range(chance.choice((1, 1, 1, 2, 3, 7)))
    )
    return Sent(f"{chance.getrandbits(64):x}", events)
