"""An employer's world: one of everything that an address can name, marked so that it is known wherever it shows."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import aiohttp

from contracts.assessment.keys import Role
from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    Invited,
    a_draft,
    a_key,
    a_published,
    an_employer,
    invited,
)
from tests.kit.services import OPERATOR_TOKEN

Place = Literal[
    "nothing",
    "template",
    "employer",
    "key",
    "draft",
    "import",
    "published",
    "preview",
    "link",
    "capped link",
    "invite",
    "seat",
    "unproved seat",
    "accommodation",
    "sitting",
    "submission",
]
PLACES: tuple[Place, ...] = get_args(Place)
BANK = b"question,type,correct\nAn eye splice is a knot.,true_false,false\nNo key at all,single,\n"
ROOM = 1000


@dataclass(frozen=True, slots=True)
class Target:
    """Something of an employer's. ids: as the address names it; candidate: whose it is, where it is one's."""

    ids: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    question_id: str = ""
    digest: str = ""
    email: str = ""
    candidate: Invited | None = None

    def all_ids(self) -> tuple[str, ...]:
        """Whatever a stranger must learn nothing of, and might name."""
        return tuple(one for one in (*self.ids.values(), self.question_id) if len(one) > len("xlsx"))


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    api: Api


def essay(mark: str) -> list[dict[str, Any]]:
    return [{"kind": "essay", "prompt": mark, "points": 4, "explanation": mark}]


@dataclass(slots=True)
class World:
    """standing: what refused requests name; whoever is granted something gets a target of their own."""

    employer: Employer
    mark: str
    published: Assessment
    standing: dict[Place, Target] = field(default_factory=dict)

    async def target(self, place: Place) -> Target:  # noqa: C901, PLR0912 (one case for each kind of place)
        match place:
            case "nothing":
                target = Target()
            case "template":
                target = Target({"format": "csv"})
            case "link":
                target = Target({"slug": self.published.body["slug"]}, email=self._email())
            case "employer":
                path = f"/v1/employers/{self.employer.id}"
                read = await self.employer.api.with_token(OPERATOR_TOKEN).get(path)
                target = Target({"employer_id": self.employer.id}, read.expect(200).etag)
            case "key":
                target = Target({"key_id": (await self.key("owner")).id})
            case "draft" | "import":
                target = await self._draft(place)
            case "published":
                made = await a_published(self.employer, essay(self.mark), title=self.mark)
                target = Target({"assessment_id": made.id}, made.etag, email=self._email())
            case "preview":
                made = await a_published(self.employer, essay(self.mark), title=self.mark)
                read = (await self.employer.api.get(f"{made.path}/questions")).expect(200)
                target = Target({"assessment_id": made.id}, question_id=read.json["questions"][0]["id"])
            case "capped link":
                ids = {"assessment_id": self.published.id}
                read = await self.employer.api.get(f"{self.published.path}/public-link")
                target = Target(ids, read.expect(200).etag)
            case "invite":
                made_invite = await self.invited()
                ids = {"assessment_id": self.published.id, "invite_id": made_invite.id}
                target = Target(ids, candidate=made_invite)
            case "unproved seat":
                target = Target(candidate=await self._unproved())
            case "accommodation":
                target = await self._accommodation()
            case _:
                target = await self._sitting(place)
        return target

    async def invited(self, **more: Any) -> Invited:
        return await invited(self.employer, self.published, name=self.mark, email=self._email(), **more)

    async def _unproved(self) -> Invited:
        body = {"invites": [{"name": self.mark, "email": self._email()}], "verify_email": True}
        path = f"{self.published.path}/invites"
        (item,) = (await self.employer.api.post(path, body, key=a_key())).expect(201).json["items"]
        return Invited(item["id"], item["candidate_id"], self.employer.api.with_token(item["token"]), item)

    async def key(self, role: Role, **more: Any) -> Key:
        made = (await self.employer.api.post("/v1/keys", {"name": self.mark, "role": role, **more})).expect(201).json
        return Key(made["id"], self.employer.api.with_token(made["key"]))

    async def _draft(self, place: Place) -> Target:
        draft = await a_draft(self.employer, essay(self.mark), title=self.mark)
        ids = {"assessment_id": draft.id}
        if place == "draft":
            return Target(ids, draft.etag)
        form = aiohttp.FormData()
        form.add_field("file", BANK, filename="bank.csv")
        report = (await self.employer.api.post(f"{draft.path}/imports", data=form)).expect(201).json
        return Target({**ids, "import_id": report["id"]}, draft.etag, digest=report["digest"])

    async def _sitting(self, place: Place) -> Target:
        """A seat that is not begun, one that is, or what came of it."""
        candidate = await self.invited()
        if place == "seat":
            return Target(candidate=candidate)
        (await candidate.api.post("/v1/take/start")).expect(200)
        (question,) = (await candidate.api.get("/v1/take")).expect(200).json["questions"]
        if place == "sitting":
            return Target({"question_id": question["id"]}, question_id=question["id"], candidate=candidate)
        answers = {"answers": {question["id"]: self.mark}}
        receipt = (await candidate.api.post("/v1/take/submit", answers, key=a_key())).expect(201)
        submission_id = receipt.json["submission_id"]
        read = (await self.employer.api.get(f"/v1/submissions/{submission_id}?at_least={receipt.position}")).expect(200)
        return Target({"submission_id": submission_id}, read.etag, question["id"], candidate=candidate)

    async def _accommodation(self) -> Target:
        candidate = await self.invited()
        ids = {"assessment_id": self.published.id, "candidate_id": candidate.candidate_id}
        path = f"{self.published.path}/accommodations/{candidate.candidate_id}"
        body = {"multiplier": 1.5, "reason": self.mark}
        granted = (await self.employer.api.put(path, body, etag='"0"')).expect(200)
        return Target(ids, granted.etag)

    def _email(self) -> str:
        return f"{self.mark}.{a_key()}@example.org".lower()

    def marks(self) -> tuple[str, ...]:
        """What no stranger may be shown."""
        ids = {one for target in self.standing.values() for one in target.all_ids()}
        return (self.mark, self.mark.lower(), self.employer.id, *sorted(ids))


async def a_world(api: Api, name: str) -> World:
    mark = f"Mark{name}{secrets.token_hex(8)}"
    employer = await an_employer(api, active_limit=ROOM, name=mark)
    world = World(employer, mark, await a_published(employer, essay(mark), title=mark))
    for place in PLACES:
        world.standing[place] = await world.target(place)
    return world
