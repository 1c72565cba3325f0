"""A CSV file of candidates: a result for each row, all or the valid ones, and the same answer to a retry."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO

import aiohttp
import pytest

from contracts.assessment.limits import MAX_FILE_INVITES, MAX_INVITES_FILE_BYTES
from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.log import facts
from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    a_draft,
    a_key,
    a_published,
    an_employer,
    invited,
)
from tests.integration.assessment_http.system import System

HEADER = "name,email,expires_at\n"


async def bulk(api: Api, path: str, text: str | bytes, key: str | None = None, *, mode: str = "") -> Reply:
    data = text.encode() if isinstance(text, str) else text
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(data), filename="people.csv", content_type="text/csv")
    query = f"?mode={mode}" if mode else ""
    return await api.send("POST", f"{path}/invites/bulk{query}", data=form, key=key or a_key())


def outcomes(reply: Reply) -> list[tuple[int, str, str | None]]:
    return [
        (row["row"], row["outcome"], row["problems"][0]["code"] if row["problems"] else None)
        for row in reply.json["rows"]
    ]


async def test_everybody_of_a_file_is_invited_and_a_retry_gets_the_same_tokens(employer: Employer) -> None:
    assessment = await a_published(employer)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    text = HEADER + f"Zoë,zoe@example.org,{later}\nBo,bo@example.org,\n"
    first = (await bulk(employer.api, assessment.path, text, "k")).expect(200)
    again = (await bulk(employer.api, assessment.path, text, "k")).expect(200)
    assert (again.body, again.position) == (first.body, first.position)
    assert (first.json["created"], first.json["already_invited"], first.json["invalid"]) == (2, 0, 0)
    zoe, bo = (row["invite"] for row in first.json["rows"])
    assert (zoe["name"], zoe["email"], bo["expires_at"]) == ("Zoë", "zoe@example.org", None)
    for invite in (zoe, bo):
        assert invite["url"].endswith(f"#{invite['token']}")
        (await employer.api.with_token(invite["token"]).get("/v1/take")).expect(200)
    listed = (await employer.api.get(f"{assessment.path}/invites")).json["items"]
    assert {item["id"] for item in listed} == {zoe["id"], bo["id"]}
    other = await bulk(employer.api, assessment.path, text, "k", mode="valid_rows")
    other.refused(422, "idempotency-key-reused")
    (await bulk(employer.api, assessment.path, text + "\n", "k")).refused(422, "idempotency-key-reused")


async def test_all_means_nobody_where_one_can_not_be(employer: Employer) -> None:
    assessment = await a_published(employer)
    text = HEADER + "Bo,bo@example.org\nAl,nowhere\nBob,BO@example.org\n"
    reply = (await bulk(employer.api, assessment.path, text)).refused(422, "import-refused")
    assert outcomes(reply) == [(3, "invalid", "email-refused"), (4, "already_invited", "address-twice")]
    assert (reply.json["code"], reply.json["at"], reply.json["seen"]) == ("email-refused", "B3", "nowhere")
    known = await invited(employer, assessment, email="bo@example.org")
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    text = HEADER + f"Al,al@example.org\nBo,bo@example.org\nCy,cy@example.org,{past}\n"
    reply = (await bulk(employer.api, assessment.path, text)).refused(422, "import-refused")
    assert outcomes(reply) == [(3, "already_invited", "already-invited"), (4, "invalid", "expires-at-past")]
    listed = (await employer.api.get(f"{assessment.path}/invites")).json["items"]
    assert [item["id"] for item in listed] == [known.id]


async def test_valid_rows_are_invited_and_each_other_one_is_named(api: Api) -> None:
    async def before(soon: datetime) -> tuple[Employer, Assessment, str, Reply]:
        employer = await an_employer(api)
        assessment = await a_published(employer)
        await invited(employer, assessment, email="bo@example.org")
        gone = await invited(employer, assessment, email="gone@example.org")
        (await employer.api.post(f"{assessment.path}/invites/{gone.id}/revoke")).expect(200)
        text = (
            HEADER
            + f"Bo,BO@example.org\nAl,al@example.org,{soon.isoformat()}\n\n,x@example.org\n"
            + "Go,gone@example.org\nA,AL@example.org\n"
        )
        first = (await bulk(employer.api, assessment.path, text, "k", mode="valid_rows")).expect(200)
        assert outcomes(first) == [
            (2, "already_invited", "already-invited"),
            (3, "created", None),
            (5, "invalid", "name-refused"),
            (6, "created", None),
            (7, "already_invited", "address-twice"),
        ]
        return employer, assessment, text, first

    (employer, assessment, text, first), soon = await in_time(before)
    await passed(soon)
    (await bulk(employer.api, assessment.path, "name,email\nBo,bo@example.org", a_key(), mode="valid_rows")).expect(200)
    again = (await bulk(employer.api, assessment.path, text, "k", mode="valid_rows")).expect(200)
    assert again.body == first.body  # judged by the moment of the first time
    fresh = (await bulk(employer.api, assessment.path, text, mode="valid_rows")).expect(200)
    assert outcomes(fresh)[1] == (3, "invalid", "expires-at-past")
    assert fresh.json["created"] == 0


async def test_two_files_at_once_invite_a_candidate_once(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    text = HEADER + "".join(f"C{number},c{number}@example.org\n" for number in range(20))
    at = [employer.api.at(web.url) for web in system.webs]
    replies = await asyncio.gather(*(bulk(api, assessment.path, text, mode="valid_rows") for api in at * 3))
    assert [reply.expect(200).json["invalid"] for reply in replies] == [0] * len(replies)
    assert sum(reply.json["created"] for reply in replies) == 20
    listed = (await employer.api.get(f"{assessment.path}/invites?limit=100")).json["items"]
    assert len({item["candidate_id"] for item in listed}) == len(listed) == 20


async def test_a_full_file_is_one_append_and_one_row_more_is_refused(
    system: System, employer: Employer, session: aiohttp.ClientSession
) -> None:
    assessment = await a_published(employer)
    lines = [f"C{number},c{number}@example.org\n" for number in range(MAX_FILE_INVITES + 1)]
    reply = (await bulk(employer.api, assessment.path, HEADER + "".join(lines))).refused(422, "import-refused")
    assert (reply.json["code"], reply.json["at"]) == ("too-many-invites", str(MAX_FILE_INVITES + 2))
    done = (await bulk(employer.api, assessment.path, HEADER + "".join(lines[:-1]))).expect(200)
    assert done.json["created"] == MAX_FILE_INVITES
    found = await facts(session, system, f"assessment:{assessment.id}", "invite.created")
    assert len(found) == MAX_FILE_INVITES
    assert found[-1].position - found[0].position == 2 * (MAX_FILE_INVITES - 1)
    assert found[-1].position == done.position


@pytest.mark.parametrize(("more", "status"), [(-1, 200), (0, 200), (1, 413)])
async def test_a_file_has_at_most_1_mib(employer: Employer, more: int, status: int) -> None:
    assessment = await a_published(employer)
    text = HEADER + "Bo,bo@example.org\n" + f"{' ' * 20_000}\n" * 52
    text += " " * (MAX_INVITES_FILE_BYTES + more - len(text))
    assert len(text) == MAX_INVITES_FILE_BYTES + more
    reply = (await bulk(employer.api, assessment.path, text)).expect(status)
    assert status == 200 or reply.problem == "payload-too-large"


async def test_who_may_not_invite_learns_nothing_of_the_file(employer: Employer, api: Api) -> None:
    assessment, draft = await a_published(employer), await a_draft(employer)
    stranger = await an_employer(api)
    text = HEADER + "Bo,bo@example.org\n"
    foreign = (await bulk(stranger.api, assessment.path, text)).refused(404, "not-found")
    missing = await bulk(stranger.api, "/v1/assessments/01890000-0000-7000-8000-000000000000", text)
    assert missing.refused(404, "not-found").body == foreign.body
    (await bulk(employer.api, draft.path, text)).refused(409, "not-published")
    (await bulk(employer.api, assessment.path, text, mode="some")).refused(400, "malformed")
    reply = await employer.api.send("POST", f"{assessment.path}/invites/bulk", data=b"x")
    reply.refused(400, "idempotency-key-required")
    reply = await employer.api.send("POST", f"{assessment.path}/invites/bulk", data=b"name,email", key=a_key())
    reply.refused(415, "unsupported-media-type")
