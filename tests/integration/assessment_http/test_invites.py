"""Invites as an employer sees them on their way: open, expired, revoked, started, submitted, and sent again."""

import asyncio
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from tests.integration.assessment_http.moments import in_time, passed
from tests.integration.assessment_http.steps import (
    Assessment,
    Employer,
    Invited,
    a_key,
    a_published,
    invited,
    started,
)
from tests.integration.assessment_http.system import System

STATUSES = ("open", "expired", "revoked", "started", "submitted")


async def statuses(employer: Employer, assessment: Assessment) -> dict[str, str]:
    """What the list says of each invite; a list of one status holds those, and no other."""
    listed = (await employer.api.get(f"{assessment.path}/invites")).expect(200).json["items"]
    found = {item["id"]: item["status"] for item in listed}
    for status in STATUSES:
        page = (await employer.api.get(f"{assessment.path}/invites?status={status}")).expect(200).json["items"]
        assert [item["id"] for item in page] == [one for one, known in found.items() if known == status]
    return found


async def test_a_list_tells_where_each_link_leads_now(employer: Employer) -> None:
    async def before(soon: datetime) -> tuple[Assessment, Invited, Invited]:
        made = await a_published(employer)
        expiring = await invited(employer, made, expires_at=soon.isoformat())
        in_use, _ = await started(employer, made, expires_at=soon.isoformat())
        return made, expiring, in_use

    (assessment, expired, begun), soon = await in_time(before)
    still, revoked = await invited(employer, assessment), await invited(employer, assessment)
    over, _ = await started(employer, assessment)
    (await employer.api.post(f"{assessment.path}/invites/{revoked.id}/revoke")).expect(200)
    submission = (await over.api.post("/v1/take/submit", key=a_key())).expect(201).json["submission_id"]
    await passed(soon)
    expected = {still.id: "open", expired.id: "expired", revoked.id: "revoked", begun.id: "started"}
    assert await statuses(employer, assessment) == {**expected, over.id: "submitted"}
    (await employer.api.post(f"/v1/submissions/{submission}/void", {"reason": "a disturbance"})).expect(200)
    assert (await statuses(employer, assessment))[over.id] == "submitted"
    again = await invited(employer, assessment, email=over.body["email"])
    assert await statuses(employer, assessment) == {**expected, over.id: "submitted", again.id: "open"}


async def test_a_list_of_one_status_has_pages(employer: Employer) -> None:
    assessment = await a_published(employer)
    made = [await invited(employer, assessment) for _ in range(4)]
    (await employer.api.post(f"{assessment.path}/invites/{made[1].id}/revoke")).expect(200)
    path = f"{assessment.path}/invites?status=open&limit=2"
    first = (await employer.api.get(path)).expect(200).json
    second = (await employer.api.get(f"{path}&cursor={first['next_cursor']}")).expect(200).json
    found = [item["id"] for item in (*first["items"], *second["items"])]
    assert found == [made[0].id, made[2].id, made[3].id]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("status", ["", "Open", "closed", "open,revoked"])
async def test_a_status_is_one_of_five(employer: Employer, status: str) -> None:
    assessment = await a_published(employer)
    reply = await employer.api.get(f"{assessment.path}/invites?status={status}")
    assert reply.refused(400, "malformed").json["at"] == "status"


async def test_an_invite_that_has_expired_is_sent_again_with_another_time(employer: Employer) -> None:
    assessment = await a_published(employer)
    candidate, soon = await in_time(lambda soon: invited(employer, assessment, expires_at=soon.isoformat()))
    path = f"{assessment.path}/invites/{candidate.id}/resend"
    await passed(soon)
    (await employer.api.post(path)).refused(409, "conflict")
    reply = await employer.api.post(path, {"expires_at": soon.isoformat()})
    assert reply.refused(400, "malformed").json["at"] == "$.expires_at"
    later = (soon + timedelta(days=1)).isoformat()
    sent = (await employer.api.post(path, {"expires_at": later})).expect(200).json
    (await candidate.api.get("/v1/take")).refused(401, "unauthorized")
    (await candidate.api.with_token(sent["token"]).get("/v1/take")).expect(200)
    assert datetime.fromisoformat(sent["expires_at"]) == datetime.fromisoformat(later)
    endless = (await employer.api.post(path, {"expires_at": None})).expect(200).json
    assert endless["expires_at"] is None
    assert (await statuses(employer, assessment))[candidate.id] == "open"


async def delivered(employer: Employer, assessment: Assessment, invite_id: str, state: str) -> Any:
    """The mail's state, once it has come that far."""
    async with asyncio.timeout(120):
        while True:
            listed = (await employer.api.get(f"{assessment.path}/invites")).expect(200).json["items"]
            delivery = next(item["delivery"] for item in listed if item["id"] == invite_id)
            if delivery is not None and delivery["state"] == state:
                return delivery
            await asyncio.sleep(0.05)


async def test_links_are_mailed_where_it_is_asked_for(system: System, employer: Employer) -> None:
    assessment = await a_published(employer)
    body = {"invites": [{"name": "Zoë", "email": "zoe@example.org"}], "send": True}
    (issued,) = (await employer.api.post(f"{assessment.path}/invites", body, key="k")).expect(201).json["items"]
    silent = await invited(employer, assessment)
    sent = await delivered(employer, assessment, issued["id"], "sent")
    assert (sent["attempts"], sent["detail"]) == (1, None)
    path = f"{assessment.path}/invites/{issued['id']}/resend"
    again = (await employer.api.post(path, {"send": True})).expect(200).json
    await delivered(employer, assessment, issued["id"], "sent")
    file = b"name,email\nBo,bo@example.org\n"
    form = aiohttp.FormData()
    form.add_field("file", BytesIO(file), filename="a.csv")
    bulk = await employer.api.send("POST", f"{assessment.path}/invites/bulk?send=true", data=form, key=a_key())
    ((bo,),) = [[row["invite"] for row in bulk.expect(200).json["rows"]]]
    await delivered(employer, assessment, bo["id"], "sent")
    mails = [file.read_text() for file in (system.directory / "mail").glob("*.eml")]
    for token in (issued["token"], again["token"], bo["token"]):
        assert sum(token in mail.replace("=\n", "") for mail in mails) == 1
    assert not any(silent.body["email"] in mail for mail in mails)
    listed = (await employer.api.get(f"{assessment.path}/invites")).json["items"]
    assert next(item["delivery"] for item in listed if item["id"] == silent.id) is None
    (await employer.api.post(f"{assessment.path}/invites/bulk?send=yes", key=a_key())).refused(400, "malformed")


async def test_no_mail_is_promised_where_nobody_sends_any(system: System, employer: Employer) -> None:
    web = system.another_web("mailless", {"ASSESSMENT_MAIL_DIRECTORY": ""})
    api = employer.api.at(web.url)
    assessment = await a_published(employer)
    body = {"invites": [{"name": "Zoë", "email": "zoe@example.org"}], "send": True}
    (await api.post(f"{assessment.path}/invites", body, key=a_key())).refused(409, "no-mailer")
    (await api.post(f"{assessment.path}/invites/bulk?send=true", key=a_key())).refused(409, "no-mailer")
    proving = {**body, "send": False, "verify_email": True}
    (await api.post(f"{assessment.path}/invites", proving, key=a_key())).refused(409, "no-mailer")
    (await api.post(f"{assessment.path}/invites/bulk?verify_email=true", key=a_key())).refused(409, "no-mailer")
    link = await api.put(f"{assessment.path}/public-link", {"enabled": True, "verify_email": True}, etag="*")
    assert link.refused(409, "no-mailer").json["at"] == "$.verify_email"
    (await api.post(f"{assessment.path}/invites", {**body, "send": False}, key=a_key())).expect(201)
    web.child.stop()
