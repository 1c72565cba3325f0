"""Proof of an address over the whole service: two web processes, the sender of mail, and PostgreSQL's own roles."""

from io import BytesIO

import aiohttp

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.log import facts
from tests.integration.assessment_http.steps import Assessment, Employer, a_key, a_published, invited
from tests.integration.assessment_http.system import System
from tests.kit.mail_directory import another, mailed_code


def an_address() -> str:
    return f"{a_key()}@example.org"


async def listed(employer: Employer, assessment: Assessment, invite_id: str) -> dict[str, object]:
    items = (await employer.api.get(f"{assessment.path}/invites?limit=100")).expect(200).json["items"]
    (found,) = [item for item in items if item["id"] == invite_id]
    return dict(found)


async def test_a_link_opens_by_the_code_alone_on_whichever_process_it_is_entered(
    system: System, employer: Employer, session: aiohttp.ClientSession
) -> None:
    assessment = await a_published(employer)
    email = an_address()
    body = {"invites": [{"name": "Zoë", "email": email}], "verify_email": True}
    (issued,) = (await employer.api.post(f"{assessment.path}/invites", body, key=a_key())).expect(201).json["items"]
    first, second = (employer.api.with_token(issued["token"]).at(web.url) for web in system.webs)
    refused = (await first.get("/v1/take")).refused(403, "code-required")
    assert assessment.body["title"] not in refused.body.decode()
    (await second.post("/v1/take/start")).refused(403, "code-required")
    assert (await listed(employer, assessment, issued["id"]))["verified_at"] is None
    asked = (await first.post("/v1/take/code")).expect(200).json
    assert asked["guesses"] == 5
    code = await mailed_code(system.directory / "mail", email)
    wrong = (await second.post("/v1/take/code/verify", {"code": another(code)})).refused(422, "code-refused")
    assert wrong.json["guesses_left"] == 4
    entered = (await second.post("/v1/take/code/verify", {"code": code}, key="k")).expect(200)
    assert entered.json == {"token": issued["token"], "url": issued["url"]}
    assert (await first.post("/v1/take/code/verify", {"code": code}, key="k")).expect(200).json == entered.json
    (await first.post("/v1/take/start")).expect(200)
    shown = await listed(employer, assessment, issued["id"])
    assert (shown["verify_email"], shown["verified_at"] is None, shown["delivery"]) == (True, False, None)
    (verified,) = await facts(session, system, f"invite:{issued['id']}", "invite.verified")
    assert set(verified.data) == {"invite_id", "assessment_id", "employer_id", "candidate_id", "generation", "at"}


async def test_a_file_may_ask_for_codes_too(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(f"name,email\nBo,{an_address()}\n".encode()), filename="a.csv")
    path = f"{assessment.path}/invites/bulk?verify_email=true"
    (row,) = (await employer.api.send("POST", path, data=form, key=a_key())).expect(200).json["rows"]
    assert (await listed(employer, assessment, row["invite"]["id"]))["verify_email"] is True
    api = employer.api.with_token(row["invite"]["token"])
    (await api.get("/v1/take")).refused(403, "code-required")
    wrong = await employer.api.post(f"{assessment.path}/invites/bulk?verify_email=yes", key=a_key())
    assert wrong.refused(400, "malformed").json["at"] == "verify_email"


async def test_a_link_that_asks_everybody_takes_in_who_proved_it_and_leads_back_who_is_known(
    system: System, employer: Employer, api: Api
) -> None:
    assessment = await a_published(employer)
    known = await invited(employer, assessment, email=an_address())
    new = an_address()
    path = f"{assessment.path}/public-link"
    changed = (await employer.api.put(path, {"enabled": True, "verify_email": True}, etag="*")).expect(200)
    assert changed.json["verify_email"] is True
    assert (await employer.api.get(path)).body == changed.body
    tokens = {}
    for email in (new, known.body["email"]):
        who = {"name": "Ann", "email": email}
        reply = (await api.post(f"/v1/public/{assessment.body['slug']}", who, key=a_key())).expect(201)
        assert set(reply.json) == {"token", "url"}
        claim = api.with_token(reply.json["token"])
        (await claim.get("/v1/take")).refused(403, "code-required")
        code = await mailed_code(system.directory / "mail", email)
        (await claim.post("/v1/take/code/verify", {"code": another(code)})).refused(422, "code-refused")
        tokens[email] = (await claim.post("/v1/take/code/verify", {"code": code})).expect(200).json["token"]
        (await claim.get("/v1/take")).refused(403, "code-required")
        (await api.with_token(tokens[email]).post("/v1/take/start")).expect(200)
    assert tokens[known.body["email"]] == known.body["token"]
    assert (await employer.api.get(path)).json["joined"] == 1
