"""The retry cases: what a client sends that does not know whether its first try was taken, and what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event to be appended: `name` stands for one id of the case, the same name for the same id."""

    name: str
    body: int = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """An append was acknowledged, up to the position that the store said; `note` is what else it said."""

    position: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    reason: str


Reply = Taken | Refused


class Contestant(Protocol):
    """A running server. `case` names the tag, subject or stream that the events of one case carry."""

    name: str

    @property
    def pid(self) -> int: ...

    async def append(self, case: str, events: Sequence[Wanted], *, unless_there: bool) -> Reply:
        """All or nothing; with `unless_there` on the condition that no event of this case stands already."""
        ...

    async def stored(self, case: str) -> list[Wanted]:
        """The events of the case, in order."""
        ...

    async def kill(self) -> None:
        """SIGKILL."""
        ...

    async def start(self) -> None:
        """On the same files. Raises ServerFailed with what the server said, where it does not start."""
        ...

    async def wait(self) -> None:
        """Until what the store remembers for a while only is forgotten."""
        ...


ONE = (Wanted("a"),)
OTHER = (Wanted("a", 2),)
BATCH = (Wanted("a"), Wanted("b"))


@dataclass(frozen=True, slots=True)
class Case:
    """`wanted` is what stands afterwards where a retry does neither harm nor good."""

    title: str
    first: Sequence[Wanted]
    retry: Sequence[Wanted]
    unless_there: bool = False
    between: str = ""

    @property
    def key(self) -> str:
        return f"case{CASES.index(self)}"


CASES: tuple[Case, ...] = (
    Case("same id, same body", ONE, ONE),
    Case("same id, other body", ONE, OTHER),
    Case("same id, same body, with the condition of the first try", ONE, ONE, unless_there=True),
    Case("same id, other body, with the condition of the first try", ONE, OTHER, unless_there=True),
    Case("the whole batch again", BATCH, BATCH),
    Case("the whole batch again, with its condition", BATCH, BATCH, unless_there=True),
    Case("the whole batch, one body changed, with its condition", BATCH, (BATCH[0], Wanted("b", 2)), unless_there=True),
    Case("only the first event of the batch", BATCH, BATCH[:1]),
    Case("only the first event of the batch, with its condition", BATCH, BATCH[:1], unless_there=True),
    Case("the batch and one event more", BATCH, (*BATCH, Wanted("c"))),
    Case("the batch in another order", BATCH, BATCH[::-1]),
    Case("one id twice in a batch", (), (Wanted("a"), Wanted("a"))),
    Case("same id, same body, after SIGKILL and restart", ONE, ONE, between="crash"),
    Case("same id, other body, after SIGKILL and restart", ONE, OTHER, between="crash"),
    Case("the whole batch again, with its condition, after SIGKILL and restart", BATCH, BATCH, True, "crash"),
    Case("same id, same body, late", ONE, ONE, between="wait"),
    Case("same id, other body, late", ONE, OTHER, between="wait"),
)


async def answered(store: Contestant, case: Case) -> str:
    """What became of the retry, in the words of the table."""
    if case.first:
        first = await store.append(case.key, case.first, unless_there=case.unless_there)
        assert isinstance(first, Taken), (store.name, case.title, first)
    before = await store.stored(case.key)
    assert before == list(case.first), (store.name, case.title, before)
    if case.between == "crash":
        await store.kill()
        await store.start()
    elif case.between == "wait":
        await store.wait()
    reply = await store.append(case.key, case.retry, unless_there=case.unless_there)
    return in_words(reply, case, before, await store.stored(case.key))


def in_words(reply: Reply, case: Case, before: Sequence[Wanted], after: Sequence[Wanted]) -> str:
    if isinstance(reply, Refused):
        assert list(before) == list(after), "a refusal changes nothing"
        return f"refused: {reply.reason}"
    note = f" ({reply.note})" if reply.note else ""
    twice = sorted({event.name for event in after if [other.name for other in after].count(event.name) > 1})
    if twice:
        return f"**acknowledged, the id stands twice**{note}"
    if len(after) > len(before):
        return f"**acknowledged, stored in part**{note}"
    if all(event in after for event in case.retry) and len(case.retry) == len(case.first):
        return f"acknowledged as it stands{note}"
    lost = [event for event in case.retry if event not in after]
    return f"**acknowledged, {'the other body is lost' if lost else 'as if it were the whole'}**{note}"
