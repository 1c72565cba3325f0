"""What the clients of a history send: new appends, retries, and retries that are not quite the same."""

from itertools import count
from random import Random
from typing import Final

from eventrail.log.events import Append, ConditionItem, NewEvent, Query
from tests.kit.history import Sent, SentEvent, Unless, View
from tests.kit.logs import numbered_id

TYPES: Final = ("order.placed", "order.paid", "a")
TAGS: Final = ("order:1", "order:2", "customer:1")
_TEXTS: Final = (
    "null",
    '"plain"',
    '"🌍🏴\u200d☠️ 𐍈"',
    '"\\u0000\\n\\ud83c\\udf0d"',
    '{"é":[1e400,-0.0,"\\\\"]}',
    '"' + "x🌍" * 30 + '"',
    '"' + "𐍈é" * 150 + '"',
    '"' + "ü🌍𐍈" * 120 + '"',
)


class Workload:
    """Calls and views drawn from `chance`; ids count up, so that each is new."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._ids = count(1)
        self._calls = count(1)
        self._past: list[Sent] = []

    def batch(self, head: int) -> list[Sent]:
        """Calls of several clients that arrive while the one before is being made durable."""
        calls = []
        for _ in range(self._chance.choice((1, 1, 2, 3, 5))):
            call = self._call(head)
            self._past.append(call)
            calls.append(call)
        return calls

    def plain(self) -> Sent:
        return Sent(f"call-{next(self._calls)}", (self._event(numbered_id(next(self._ids))),))

    def view(self, head: int) -> View:
        chance = self._chance
        return View(
            after=chance.randint(0, head),
            before=chance.choice((0, 0, 0, chance.randint(1, head + 2))),
            types=self._some(TYPES),
            tags=self._some(TAGS),
            limit=chance.choice((1, 3, 1_000)),
            backward=chance.random() < 0.3,
        )

    def _call(self, head: int) -> Sent:
        name = f"call-{next(self._calls)}"
        chosen = self._chance.random()
        if self._past and chosen < 0.2:
            return Sent(name, self._earlier().events, self._condition(head))
        if self._past and chosen < 0.3:
            return Sent(name, self._twisted(self._earlier().events))
        events = tuple(
            self._event(numbered_id(next(self._ids))) for _ in range(self._chance.choice((1, 1, 1, 2, 3, 6)))
        )
        return Sent(name, events, self._condition(head))

    def _earlier(self) -> Sent:
        """Mostly one of the last calls: those are the ones whose fate may be unknown."""
        return self._chance.choice(self._past[-6:] if self._chance.random() < 0.8 else self._past)

    def _twisted(self, events: tuple[SentEvent, ...]) -> tuple[SentEvent, ...]:
        """The same ids in another way: other content, only some, others with them, another order."""
        chosen = self._chance.randrange(4)
        if chosen == 0:
            return (*events[:-1], self._event(events[-1].id))
        if chosen == 1:
            return (*events, self._event(numbered_id(next(self._ids))))
        if chosen == 2 and len(events) > 1:
            return events[1:]
        return events[::-1]

    def _event(self, event_id: str) -> SentEvent:
        return SentEvent(event_id, self._chance.choice(TYPES), self._some(TAGS), self._chance.choice(_TEXTS))

    def _condition(self, head: int) -> tuple[Unless, ...]:
        if self._chance.random() < 0.65:
            return ()
        afters = (head, head, max(head - self._chance.randint(1, 4), 0), 0, head + self._chance.randint(0, 2))
        return tuple(
            Unless(self._some(TYPES), self._some(TAGS), self._chance.choice(afters))
            for _ in range(self._chance.choice((1, 1, 2)))
        )

    def _some(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """None, one or two of them."""
        return tuple(self._chance.sample(values, self._chance.choice((0, 0, 1, 1, 2))))


def append_of(call: Sent) -> Append:
    return Append(
        tuple(NewEvent(event.type, event.tags, event.data.encode(), event.id) for event in call.events),
        tuple(ConditionItem(item.types, item.tags, item.after) for item in call.condition),
    )


def query_of(view: View) -> Query:
    return Query(view.after, view.before or None, view.limit, view.types, view.tags, view.backward)
