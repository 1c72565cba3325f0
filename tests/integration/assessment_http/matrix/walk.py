"""One operation asked by every actor: what each is answered, what nobody else sees, and what nothing has changed."""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.matrix.evidence import Evidence
from tests.integration.assessment_http.matrix.table import MULTIPART, STAFF, STRANGERS, Actor, Row, multipart
from tests.integration.assessment_http.matrix.worlds import Target, World
from tests.integration.assessment_http.steps import a_key

OWN_EACH_TIME = frozenset({"date", "x-request-id"})


@dataclass(frozen=True, slots=True)
class Described:
    """An operation as the document describes it."""

    id: str
    method: str
    path: str
    headers: frozenset[str]

    @property
    def is_read(self) -> bool:
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    address: str
    options: Mapping[str, Any]

    async def by(self, api: Api) -> Reply:
        return await api.send(self.method, self.address, **self.options)

    def names(self, text: str) -> bool:
        """Tell whether the asking client said it already."""
        return text in self.address or text in json.dumps(self.options.get("body"))

    def naming(self, others: Mapping[str, str]) -> "Request":
        """The same request about other ids, wherever they stand in it."""
        body = self.options.get("body")
        options = dict(self.options) if body is None else {**self.options, "body": json.loads(_put(body, others))}
        return replace(self, address=_put(self.address, others), options=options)


def _put(value: Any, others: Mapping[str, str]) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    for one, another in others.items():
        text = text.replace(one, another)
    return text


def request_for(operation: Described, row: Row, target: Target) -> Request:
    options: dict[str, Any] = {}
    if row.file:
        options |= {"data": multipart(row.file), "headers": MULTIPART}
    elif row.body is not None:
        options["body"] = row.body(target)
    if "If-Match" in operation.headers:
        options["etag"] = target.etag
    if "Idempotency-Key" in operation.headers:
        options["key"] = a_key()
    return Request(operation.method, operation.path.format(**target.ids), options)


@dataclass(frozen=True, slots=True)
class Stage:
    """Two worlds, and who walks in them."""

    a: World
    b: World
    actors: Mapping[Actor, Api]
    evidence: Evidence

    async def walk(self, operation: Described, row: Row) -> None:
        before = await self._standing()
        await self._refuse(operation, row)
        await self._hide(operation, row)
        assert await self._standing() == before, f"{operation.id} was refused and has changed something"
        for actor, outcome in row.outcomes.items():
            if outcome.startswith("2"):
                await self._grant(operation, row, actor)

    async def _standing(self) -> Any:
        return await self.evidence.everything(), await self.evidence.of(self.a.employer.id)

    async def _refuse(self, operation: Described, row: Row) -> None:
        """Whoever may not gets the answer of the table, and everybody who is nobody here the same one."""
        request = request_for(operation, row, self.a.standing[row.place])
        refused = {
            actor: await self._asked(operation, row, actor, request)
            for actor, outcome in row.outcomes.items()
            if not outcome.startswith("2")
        }
        for actor, reply in refused.items():
            if row.outcomes[actor] == row.outcomes["nobody"]:
                assert _shown(reply) == _shown(refused["nobody"]), f"{operation.id} tells {actor} from nobody"

    async def _hide(self, operation: Described, row: Row) -> None:
        """What is A's is to B's actors as if it were not, in each place of the address and of the body alone too.

        So it is to A's own who may not know.
        """
        target, own = self.a.standing[row.place], self.b.standing[row.place]
        invented = {one: str(uuid.uuid4()) for one in target.all_ids()}
        for actor, outcome in row.outcomes.items():
            if outcome.startswith(("2", "401")) or actor == "used":
                continue
            for mixed in _mixtures(target, own):
                request = request_for(operation, row, mixed)
                foreign = await self._asked(operation, row, actor, request)
                missing = await request.naming(invented).by(self.actors[actor])
                names = (*invented, *invented.values())
                assert _shown(foreign, names) == _shown(missing, names), f"{operation.id} tells {actor} that it exists"

    async def _grant(self, operation: Described, row: Row, actor: Actor) -> None:
        """Whoever may does; B's own doing leaves no trace in A's world, and A's key gets B nothing that is A's."""
        is_theirs = actor in ("operator", "candidate of A", *STAFF.values())
        if is_theirs and not operation.is_read:
            target = await self.a.target(row.place)
        else:
            target = replace(self.a.standing[row.place], email=f"{a_key()}@example.org")
        request = request_for(operation, row, target)
        before = await self.evidence.of(self.a.employer.id)
        seat = target.candidate if actor == "candidate of A" else None
        await self._asked(operation, row, actor, request, None if seat is None else seat.api)
        if not is_theirs and not row.is_public:
            assert await self.evidence.of(self.a.employer.id) == before, f"{operation.id} let {actor} write A's"
        if actor == "owner A":
            await self._asked(operation, row, "owner B", request)

    async def _asked(
        self, operation: Described, row: Row, actor: Actor, request: Request, api: Api | None = None
    ) -> Reply:
        """The answer, which is the table's and shows a stranger nothing of A's."""
        reply = await request.by(api or self.actors[actor])
        got = str(reply.status) if reply.status < 400 else f"{reply.status} {reply.problem}"
        asked = f"{operation.id} by {actor}"
        assert got == row.outcomes[actor], f"{asked}: {got} instead of {row.outcomes[actor]}: {reply.body!r}"
        if actor in STRANGERS:
            shown = "\n".join([reply.body.decode("latin-1"), *reply.headers.values()])
            seen = [mark for mark in self.a.marks() if mark in shown and not request.names(mark)]
            assert seen == [], f"{asked} shows what is A's: {seen}"
        return reply


def _mixtures(target: Target, own: Target) -> list[Target]:
    """A's ids in all places, and in some of them beside B's own."""
    names = tuple(target.ids)
    choices = [choice for choice in product((target, own), repeat=len(names)) if target in choice]
    mixed = [{name: one.ids[name] for name, one in zip(names, choice, strict=True)} for choice in choices]
    return [replace(target, ids=ids) for ids in mixed] or [target]


def _shown(reply: Reply, names: Iterable[str] = ()) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer with the ids of the request masked, and without what is each answer's own."""
    body = reply.body
    for name in names:
        body = body.replace(name.encode(), b"(id)")
    return reply.status, sorted((k, v) for k, v in reply.headers.items() if k.lower() not in OWN_EACH_TIME), body
