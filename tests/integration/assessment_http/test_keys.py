"""API keys: what each role may, rotation with and without an overlap, and revocation that holds everywhere at once."""

import asyncio
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessment.domain.roles import LADDER, includes
from assessment.http.calls import scope_of
from contracts.assessment.keys import Role
from contracts.assessment.limits import MAX_NAME_CHARACTERS, MAX_OVERLAP_SECONDS
from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.conformity import document
from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import SETTINGS, Employer, a_draft, a_key, an_employer
from tests.integration.assessment_http.system import System

AT_ONCE = 50
ID = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Issued:
    id: str
    api: Api
    body: Any


async def issued(employer: Employer, role: str = "author", name: str = "a key", **more: Any) -> Issued:
    reply = (await employer.api.post("/v1/keys", {"name": name, "role": role, **more})).expect(201)
    return Issued(reply.json["id"], employer.api.with_token(reply.json["key"]), reply.json)


async def listed(employer: Employer) -> dict[str, Any]:
    items = (await employer.api.get("/v1/keys")).expect(200).json["items"]
    return {item["id"]: item for item in items}


async def works(api: Api, system: System) -> set[bool]:
    """What each web process says of a credential."""
    replies = [await api.at(web.url).get("/v1/assessments") for web in system.webs]
    assert all(reply.status in (200, 401) for reply in replies), replies
    return {reply.status == 200 for reply in replies}


def of_employers() -> list[tuple[str, str, Role]]:
    return [
        (method.upper(), path, operation["x-least-role"])
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if "x-least-role" in operation
    ]


async def test_every_operation_refuses_every_lesser_role_and_no_greater_one(employer: Employer) -> None:
    keys = {role: await issued(employer, role) for role in LADDER}
    refused: Counter[str] = Counter()
    for method, path, needed in of_employers():
        address = re.sub(r"{\w+}", ID, path)
        for role, key in keys.items():
            reply = await key.api.send(method, address, key=a_key())
            if includes(role, needed):
                assert reply.status not in (401, 403), (method, path, role)
                continue
            assert f"needs {needed}" in reply.refused(403, "forbidden").json["detail"]
            refused[role] += 1
    assert refused["reviewer"] > refused["author"] > refused["owner"] == 0


async def test_roles_do_what_they_are_for(employer: Employer) -> None:
    reviewer, author = await issued(employer, "reviewer"), await issued(employer, "author")
    draft = await a_draft(Employer(employer.id, author.api))
    assert (await reviewer.api.get(draft.path)).expect(200).json["id"] == draft.id
    (await reviewer.api.patch(draft.path, {"title": "x"}, etag=draft.etag)).refused(403, "forbidden")
    (await author.api.get("/v1/keys")).refused(403, "forbidden")
    assert [one["title"] for one in (await employer.api.get("/v1/assessments")).json["items"]] == [SETTINGS["title"]]


async def test_a_key_is_shown_once_and_to_a_retry(employer: Employer) -> None:
    body = {"name": "Sync", "role": "author"}
    first = (await employer.api.post("/v1/keys", body, key="once")).expect(201)
    assert (await employer.api.post("/v1/keys", body, key="once")).body == first.body
    (await employer.api.post("/v1/keys", {**body, "role": "owner"}, key="once")).refused(422, "idempotency-key-reused")
    shown = await employer.api.get("/v1/keys")
    assert first.json["key"] not in shown.body.decode()
    (item,) = [item for item in shown.json["items"] if item["id"] == first.json["id"]]
    assert first.json["key"].startswith(item["prefix"])
    assert first.json["key"].endswith(item["last_four"])
    assert len(item["last_four"]) == 4
    assert item["state"] == "active"
    assert item["last_used_at"] is None


async def test_the_first_key_is_an_owners_and_its_use_is_seen(employer: Employer) -> None:
    item = (await listed(employer))[employer.id]
    assert (item["name"], item["role"], item["state"]) == ("First key", "owner", "active")
    assert employer.api.token is not None
    assert employer.api.token.endswith(item["last_four"])
    used = datetime.fromisoformat(item["last_used_at"])
    assert (used.second, used.microsecond) == (0, 0)
    assert timedelta() <= datetime.now(UTC) - used < timedelta(minutes=3)


async def test_keys_are_listed_in_pages_and_to_their_owner_only(employer: Employer, api: Api) -> None:
    made = [await issued(employer, name=f"key {number}") for number in range(3)]
    first = (await employer.api.get("/v1/keys?limit=2")).expect(200).json
    second = (await employer.api.get(f"/v1/keys?limit=2&cursor={first['next_cursor']}")).expect(200).json
    ids = [item["id"] for item in (*first["items"], *second["items"])]
    assert ids == [employer.id, *(key.id for key in made)]
    assert second["next_cursor"] is None
    other = await an_employer(api)
    assert set(await listed(other)) == {other.id}
    for way in ("rotate", "revoke"):
        (await other.api.post(f"/v1/keys/{made[0].id}/{way}")).refused(404, "not-found")
        (await other.api.post(f"/v1/keys/{ID}/{way}")).refused(404, "not-found")
    assert (await made[0].api.get("/v1/assessments")).status == 200


async def test_a_rotated_key_has_two_secrets_for_the_overlap(system: System, employer: Employer) -> None:

    async def before(soon: datetime) -> tuple[Issued, Api, Reply, dict[str, int]]:
        key = await issued(employer)
        overlap = {"overlap_seconds": math.ceil((soon - datetime.now(UTC)).total_seconds())}
        reply = (await employer.api.post(f"/v1/keys/{key.id}/rotate", overlap, key="r")).expect(200)
        rotated = key.api.with_token(reply.json["key"])
        assert datetime.fromisoformat(reply.json["previous_ends_at"]) >= soon
        assert await works(key.api, system) == await works(rotated, system) == {True}
        item = (await listed(employer))[key.id]
        assert item["previous_ends_at"] == reply.json["previous_ends_at"]
        assert reply.json["key"].endswith(item["last_four"])
        return key, rotated, reply, overlap

    (key, rotated, reply, overlap), _ = await in_time(before)
    await passed(datetime.fromisoformat(reply.json["previous_ends_at"]))
    assert (await works(key.api, system), await works(rotated, system)) == ({False}, {True})
    assert (await employer.api.post(f"/v1/keys/{key.id}/rotate", overlap, key="r")).body == reply.body
    assert (await listed(employer))[key.id]["previous_ends_at"] is None


async def test_a_key_has_at_the_most_two_secrets_and_none_twice(system: System, employer: Employer) -> None:
    key = await issued(employer)
    secrets = [key.body["key"]]
    for _ in range(3):
        reply = (await employer.api.post(f"/v1/keys/{key.id}/rotate")).expect(200)
        secrets.append(reply.json["key"])
        day = timedelta(hours=24)
        assert day - timedelta(minutes=1) < datetime.fromisoformat(reply.json["previous_ends_at"]) - datetime.now(UTC)
        assert datetime.fromisoformat(reply.json["previous_ends_at"]) - datetime.now(UTC) <= day
    assert len(set(secrets)) == len(secrets)
    assert [await works(key.api.with_token(one), system) for one in secrets] == [{False}, {False}, {True}, {True}]
    (await employer.api.post(f"/v1/keys/{key.id}/rotate", {"overlap_seconds": 0})).expect(200)
    assert await works(key.api.with_token(secrets[-1]), system) == {False}


@pytest.mark.parametrize(
    ("seconds", "may"), [(-1, False), (0, True), (MAX_OVERLAP_SECONDS, True), (MAX_OVERLAP_SECONDS + 1, False)]
)
async def test_the_overlap_is_bounded(employer: Employer, seconds: int, may: bool) -> None:  # noqa: FBT001 (a table)
    key = await issued(employer)
    reply = await employer.api.post(f"/v1/keys/{key.id}/rotate", {"overlap_seconds": seconds})
    if may:
        reply.expect(200)
    else:
        assert reply.refused(400, "malformed").json["at"] == "$.overlap_seconds"


async def test_a_revoked_key_is_refused_everywhere_like_an_unknown_one(system: System, employer: Employer) -> None:
    key = await issued(employer, "owner")
    await employer.api.post(f"/v1/keys/{key.id}/rotate")
    assert await works(key.api, system) == {True}
    first = (await employer.api.post(f"/v1/keys/{key.id}/revoke")).expect(200)
    unknown = await key.api.with_token("er_live_" + "x" * 43).get("/v1/assessments")
    for web in system.webs:
        reply = await key.api.at(web.url).get("/v1/assessments")
        assert (reply.status, reply.body) == (unknown.status, unknown.body)
    unknown.refused(401, "unauthorized")
    assert (await employer.api.post(f"/v1/keys/{key.id}/revoke")).body == first.body
    (await employer.api.post(f"/v1/keys/{key.id}/rotate")).refused(409, "key-ended")
    assert (await listed(employer))[key.id]["state"] == "revoked"


async def test_an_expired_key_is_refused_like_an_unknown_one(system: System, employer: Employer) -> None:
    async def before(end: datetime) -> Issued:
        key = await issued(employer, expires_at=end.isoformat())
        assert await works(key.api, system) == {True}
        return key

    key, end = await in_time(before)
    await passed(end)
    assert await works(key.api, system) == {False}
    assert (await listed(employer))[key.id]["state"] == "expired"
    past = {"name": "x", "role": "author", "expires_at": end.isoformat()}
    assert (await employer.api.post("/v1/keys", past)).refused(400, "malformed").json["at"] == "$.expires_at"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"role": "owner"},
        {"name": "x", "role": "operator"},
        {"name": "", "role": "owner"},
        {"name": "x" * (MAX_NAME_CHARACTERS + 1), "role": "owner"},
        {"name": "a\nb", "role": "owner"},
        {"name": "x", "role": "owner", "employer_id": ID},
        {"name": "x", "role": "owner", "expires_at": "2026-11-22T08:00:00"},
    ],
)
async def test_what_is_no_key_is_refused(employer: Employer, body: Any) -> None:
    (await employer.api.post("/v1/keys", body)).refused(400, "malformed")
    assert set(await listed(employer)) == {employer.id}


async def revoked_by_one_another(system: System, keys: Mapping[str, Api]) -> list[Reply]:
    """Each asks for the end of the next, all at once and several times."""
    ids, apis = list(keys), list(keys.values())
    return await asyncio.gather(
        *(
            apis[number % len(ids)]
            .at(system.webs[number % 2].url)
            .post(f"/v1/keys/{ids[(number + 1) % len(ids)]}/revoke")
            for number in range(AT_ONCE)
        )
    )


async def test_of_many_revocations_at_once_one_owner_key_is_left(system: System, employer: Employer) -> None:
    keys = [await issued(employer, "owner") for _ in range(4)]
    left = {employer.id: employer.api, **{key.id: key.api for key in keys}}
    while len(left) > 1:  # a key that was revoked before it was asked with leaves its neighbour alone
        count = len(left)
        replies = await revoked_by_one_another(system, left)
        assert {reply.status for reply in replies} <= {200, 401, 409}
        assert {reply.problem for reply in replies if reply.status == 409} <= {"last-owner-key"}
        left = {id_: api for id_, api in left.items() if (await api.get("/v1/keys")).status == 200}
        assert 1 <= len(left) < count
    ((last, api),) = left.items()
    (await api.post(f"/v1/keys/{last}/revoke")).refused(409, "last-owner-key")
    states = Counter(item["state"] for item in (await listed(Employer(employer.id, api))).values())
    assert states == {"active": 1, "revoked": 4}
    asked = f"SELECT owner_keys FROM live.employers WHERE id = '{employer.id}'"
    assert system.asked(asked) == "1"


async def test_the_database_itself_keeps_the_last_owner_key(system: System, employer: Employer) -> None:
    # the control: whatever a decision overlooks, the constraint refuses
    broken = f"UPDATE live.employers SET owner_keys = 0 WHERE id = '{employer.id}'"
    with pytest.raises(Exception, match="employers_keep_an_owner_key"):
        system.asked(broken)


async def test_a_retry_outlives_a_rotation_and_a_change_of_key(employer: Employer) -> None:
    first = (await employer.api.post("/v1/assessments", SETTINGS, key="mine")).expect(201)
    rotated = (await employer.api.post(f"/v1/keys/{employer.id}/rotate", {"overlap_seconds": 0}, key="r")).expect(200)
    again = employer.api.with_token(rotated.json["key"])
    assert (await again.post("/v1/assessments", SETTINGS, key="mine")).body == first.body
    other = await issued(Employer(employer.id, again))
    assert (await other.api.post("/v1/assessments", SETTINGS, key="mine")).body == first.body
    assert scope_of("employer:e/key:k") == scope_of("employer:e") == "employer:e"
    assert scope_of("public:slug:c") == "public:slug:c"
