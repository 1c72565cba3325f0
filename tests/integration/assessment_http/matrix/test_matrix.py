"""Every operation of the document asked by every actor: what the table says, nothing of another, and no change."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
import pytest_asyncio

from tests.integration.assessment_http.api import Api, a_session
from tests.integration.assessment_http.conformity import document
from tests.integration.assessment_http.matrix.evidence import Evidence
from tests.integration.assessment_http.matrix.table import ACTORS, TABLE
from tests.integration.assessment_http.matrix.walk import Described, Stage
from tests.integration.assessment_http.matrix.worlds import Key, World, a_world
from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import Invited
from tests.integration.assessment_http.system import System
from tests.kit.services import OPERATOR_TOKEN

pytestmark = pytest.mark.timeout(1_200)

LEAKING = ("-m", "tests.integration.assessment_http.leaking_web")


def described() -> list[Described]:
    return [
        Described(
            operation["operationId"],
            method.upper(),
            path,
            frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"),
        )
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


OPERATIONS = {operation.id: operation for operation in described()}


def complaints(operations: Iterable[str], rows: Iterable[str]) -> list[str]:
    """What makes the table and the document differ, a line each."""
    known, described_ids = set(rows), set(operations)
    missing = [f"{one}: add its row to matrix/table.py: who may, and what others get" for one in described_ids - known]
    stale = [
        f"{one}: the document has no such operation; take its row out of matrix/table.py"
        for one in known - described_ids
    ]
    return sorted(missing + stale)


@asynccontextmanager
async def a_stage(system: System, api: Api) -> AsyncIterator[Stage]:
    a, b = await a_world(api, "A"), await a_world(api, "B")

    async def before(end: datetime) -> tuple[Invited, Key]:
        return await a.invited(expires_at=end.isoformat()), await a.key("owner", expires_at=end.isoformat())

    (expired, expired_key), end = await in_time(before)
    revoked, revoked_key = await a.invited(), await a.key("owner")
    for path in (f"{a.published.path}/invites/{revoked.id}/revoke", f"/v1/keys/{revoked_key.id}/revoke"):
        (await a.employer.api.post(path)).expect(200)
    await passed(end)
    evidence = Evidence(system.database.url(system.database_name), system.eventrail.url)
    yield Stage(
        a,
        b,
        {
            "nobody": api.with_token(None),
            "operator": api.with_token(OPERATOR_TOKEN),
            "owner A": a.employer.api,
            "author A": (await a.key("author")).api,
            "reviewer A": (await a.key("reviewer")).api,
            "revoked key": revoked_key.api,
            "expired key": expired_key.api,
            "owner B": b.employer.api,
            "candidate of A": candidate_of(a),
            "candidate of B": candidate_of(b),
            "used": used_by(a),
            "expired": expired.api,
            "revoked": revoked.api,
        },
        evidence,
    )


def candidate_of(world: World) -> Api:
    candidate = world.standing["sitting"].candidate
    assert candidate is not None
    return candidate.api


def used_by(world: World) -> Api:
    candidate = world.standing["submission"].candidate
    assert candidate is not None
    return candidate.api


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(system: System) -> AsyncIterator[Stage]:
    async with a_session() as session, a_stage(system, Api(session, system.url)) as made:
        yield made


def test_each_operation_has_its_row_and_each_row_its_operation() -> None:
    assert complaints(OPERATIONS, TABLE) == []
    assert all(set(row.outcomes) == set(ACTORS) for row in TABLE.values())


def test_control_a_new_route_and_a_stale_row_are_named() -> None:
    assert complaints(["a", "b"], ["a", "c"]) == [
        "b: add its row to matrix/table.py: who may, and what others get",
        "c: the document has no such operation; take its row out of matrix/table.py",
    ]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_every_actor_gets_what_the_table_says(stage: Stage, operation: str) -> None:
    row = TABLE.get(operation)
    assert row is not None, complaints([operation], [])
    await stage.walk(OPERATIONS[operation], row)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("leak", "operation", "said"),
    [
        ("read", "getAssessment", "getAssessment by owner B: 200 instead of 404 not-found"),
        ("write", "revokeInvite", "revokeInvite by owner B: 200 instead of 404 not-found"),
        ("tell", "closeAssessment", "closeAssessment tells owner B that it exists"),
    ],
)
async def test_control_a_wall_that_is_gone_is_seen(
    system: System, stage: Stage, leak: str, operation: str, said: str
) -> None:
    unwalled = {"ASSESSMENT_DATABASE_URL": system.database.url(system.database_name)}
    web = system.another_web(f"leaking-{leak}", unwalled, program=(*LEAKING, leak))
    actors = {actor: api.at(web.url) for actor, api in stage.actors.items()}
    try:
        with pytest.raises(AssertionError, match=said):
            await Stage(stage.a, stage.b, actors, stage.evidence).walk(OPERATIONS[operation], TABLE[operation])
    finally:
        web.child.kill()
