"""Who may do what: a missing, wrong, foreign, expired or revoked credential is answered alike."""

import re
from collections.abc import Mapping
from datetime import datetime

import pytest
import pytest_asyncio

from tests.integration.assessment_http.api import Api, a_session
from tests.integration.assessment_http.conformity import document
from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import Employer, Invited, a_key, a_published, an_employer, invited
from tests.integration.assessment_http.system import System
from tests.kit.services import OPERATOR_TOKEN

ID = "01890000-0000-7000-8000-000000000000"
UNKNOWN = ["Bearer", "Bearer ", "Bearer x", "Bearer " + "x" * 43, "Basic eDp4", "bearer \x80", "Bearer a b", "x" * 600]


def _protected() -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if operation["security"]
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tokens(system: System) -> Mapping[str, str | None]:
    """One of each kind, for all that is refused: it changes nothing."""
    async with a_session() as session:
        employer = await an_employer(Api(session, system.url))
        candidate = await invited(employer, await a_published(employer))
    return {"operatorToken": OPERATOR_TOKEN, "employerKey": employer.api.token, "candidateToken": candidate.api.token}


@pytest.mark.parametrize(("method", "path"), _protected())
async def test_every_protected_operation_refuses_every_other_credential(
    api: Api, tokens: Mapping[str, str | None], method: str, path: str
) -> None:
    (scheme,) = document()["paths"][path][method.lower()]["security"][0]
    address = re.sub(r"{\w+}", ID, path)
    replies = [await api.send(method, address, key=a_key())]
    others = [token for name, token in tokens.items() if name != scheme]
    replies += [await api.with_token(token).send(method, address, key=a_key()) for token in others]
    replies += [await api.send(method, address, key=a_key(), headers={"Authorization": one}) for one in UNKNOWN]
    for reply in replies:
        reply.refused(401, "unauthorized")
        assert reply.body == replies[0].body
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_unknown_expired_and_revoked_tokens_are_answered_alike(employer: Employer, api: Api) -> None:
    assessment = await a_published(employer)

    async def before(soon: datetime) -> Invited:
        expiring = await invited(employer, assessment, expires_at=soon.isoformat())
        (await expiring.api.get("/v1/take")).expect(200)
        return expiring

    expiring, soon = await in_time(before)
    revoked = await invited(employer, assessment)
    resent = await invited(employer, assessment)
    (await employer.api.post(f"{assessment.path}/invites/{revoked.id}/revoke")).expect(200)
    (await employer.api.post(f"{assessment.path}/invites/{resent.id}/resend")).expect(200)
    await passed(soon)
    unknown = await api.with_token("x" * 43).get("/v1/take")
    for candidate in (expiring, revoked, resent):
        for method, path in (("GET", "/v1/take"), ("POST", "/v1/take/start"), ("POST", "/v1/take/submit")):
            reply = await candidate.api.send(method, path, key=a_key())
            assert (reply.status, reply.body) == (unknown.status, unknown.body)
    unknown.refused(401, "unauthorized")


async def test_what_was_begun_in_time_is_finished_after_the_invite_has_expired(employer: Employer) -> None:
    assessment = await a_published(employer)

    async def before(soon: datetime) -> Invited:
        candidate = await invited(employer, assessment, expires_at=soon.isoformat())
        (await candidate.api.post("/v1/take/start")).expect(200)
        return candidate

    candidate, soon = await in_time(before)
    await passed(soon)
    question = (await candidate.api.get("/v1/take")).expect(200).json["questions"][0]["id"]
    (await candidate.api.put(f"/v1/take/answers/{question}", {"answer": None, "sequence": 1})).expect(200)
    (await candidate.api.post("/v1/take/submit", key="k")).expect(201)


async def test_a_resent_invite_has_a_new_token_and_a_retry_gets_the_same(employer: Employer) -> None:
    assessment = await a_published(employer)
    candidate = await invited(employer, assessment)
    path = f"{assessment.path}/invites/{candidate.id}/resend"
    first = (await employer.api.post(path, key="once")).expect(200)
    assert (await employer.api.post(path, key="once")).body == first.body
    assert first.json["token"] != candidate.body["token"]
    assert first.json["url"].endswith(f"#{first.json['token']}")
    (await candidate.api.with_token(first.json["token"]).get("/v1/take")).expect(200)
    second = (await employer.api.post(path)).expect(200)
    assert second.json["token"] not in (first.json["token"], candidate.body["token"])
    (await candidate.api.with_token(first.json["token"]).get("/v1/take")).refused(401, "unauthorized")
    (await employer.api.post(f"{assessment.path}/invites/{candidate.id}/revoke")).expect(200)
    (await employer.api.post(path)).refused(409, "invite-revoked")
