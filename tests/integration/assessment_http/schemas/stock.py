"""What stands in the services before schemathesis begins: resources of each kind, and who may ask for them."""

from typing import Any

import aiohttp

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
    right_answers,
    started,
)
from tests.kit.services import ADMIN_TOKEN, OPERATOR_TOKEN

BANK = "question,type,correct\nAn eye splice is a knot.,true_false,false\nNo key at all,single,\n"
BODIES = {
    "issueInvites": {"invites": [{"name": "Ada", "email": "{fresh}@example.org"}]},
    "joinPublic": {"name": "Ada", "email": "{fresh}@example.org"},
    "createKey": {"name": "Sync", "role": "author"},
    "changePublicLink": {"enabled": True},
    "grantAccommodation": {"minutes": 5, "reason": "A broken hand"},
    "scorePreview": {"seed": 7, "answers": {}},
    "enterCode": {"code": "123456"},
}
FILES = {"checkImport": BANK, "inviteFromFile": "name,email\nAda,{fresh}@example.org\n"}
"""What is taken, of which some may be taken once only: then with something fresh in it."""
ESSAY = {"kind": "essay", "prompt": "Why?", "points": 4}
ROOM = 1000
Stock = dict[str, Any]


async def assessment_stock(api: Api, copies: int) -> Stock:
    """As many of each as there are copies: drafts, reports, published ones, invites, candidates, submissions."""
    employer = await an_employer(api, active_limit=ROOM)
    targets: list[Stock] = [{"ids": {"employer_id": employer.id}}, {"ids": {"format": "csv"}}]
    tokens: list[str] = []
    for _ in range(copies):
        draft = await a_draft(employer)
        targets += [{"ids": {"assessment_id": draft.id}}, await _report(employer, await a_draft(employer))]
        published = await a_published(employer, [ESSAY], time_limit_seconds=None)
        invite = await invited(employer, published)
        candidate, (question,) = await started(employer, published)
        tokens += [invite.body["token"], candidate.body["token"], await _unproved(employer, published)]
        targets += [
            {"ids": {"assessment_id": published.id}},
            {"ids": {"slug": published.body["slug"]}},
            {"ids": {"assessment_id": published.id, "invite_id": invite.id}},
            await _accommodation(employer, published, invite),
            {
                "ids": {"question_id": question["id"]},
                "bodies": {"saveAnswer": {"answer": "Friction.", "sequence": 1}},
            },
            await _submission(employer, published),
        ]
    key = (await employer.api.post("/v1/keys", {"name": "Sync", "role": "author"})).expect(201).json
    own = (await employer.api.get("/v1/keys")).expect(200).json["items"][0]["id"]
    return {
        "tokens": {"operatorToken": [OPERATOR_TOKEN], "employerKey": [employer.api.token], "candidateToken": tokens},
        "targets": [*targets, {"ids": {"key_id": key["id"]}}],
        "kept": [own],
        "bodies": BODIES,
        "files": FILES,
    }


async def _accommodation(employer: Employer, published: Assessment, invite: Invited) -> Stock:
    path = f"{published.path}/accommodations/{invite.candidate_id}"
    (await employer.api.put(path, BODIES["grantAccommodation"], etag="*")).expect(200)
    return {"ids": {"assessment_id": published.id, "candidate_id": invite.candidate_id}}


async def _report(employer: Employer, draft: Assessment) -> Stock:
    form = aiohttp.FormData()
    form.add_field("file", BANK.encode(), filename="bank.csv")
    report = (await employer.api.post(f"{draft.path}/imports", data=form)).expect(201).json
    commit = {"digest": report["digest"], "mode": "valid_rows"}
    return {"ids": {"assessment_id": draft.id, "import_id": report["id"]}, "bodies": {"commitImport": commit}}


async def _unproved(employer: Employer, published: Assessment) -> str:
    body = {"invites": [{"name": "Ada", "email": f"{a_key()}@example.org"}], "verify_email": True}
    issued = (await employer.api.post(f"{published.path}/invites", body, key=a_key())).expect(201)
    return str(issued.json["items"][0]["token"])


async def _submission(employer: Employer, published: Assessment) -> Stock:
    candidate, questions = await started(employer, published)
    answers = {"answers": right_answers(questions)}
    receipt = (await candidate.api.post("/v1/take/submit", answers, key=a_key())).expect(201)
    essays = {"essays": [{"question_id": questions[0]["id"], "points": 1.5, "note": "Short."}]}
    return {"ids": {"submission_id": receipt.json["submission_id"]}, "bodies": {"reviewSubmission": essays}}


async def eventrail_stock(session: aiohttp.ClientSession, url: str, copies: int) -> Stock:
    """Events of several types and tags."""
    targets: list[Stock] = []
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"}
    for number in range(copies):
        query = f"type=order.placed&tag=order:{number}"
        async with session.post(
            f"{url}/events?{query}", data=b'{"hello":"\xf0\x9f\x8c\x8d"}', headers=headers
        ) as reply:
            assert reply.status == 201, await reply.text()
            location = reply.headers["Location"]
        async with session.get(f"{url}{location}", headers={**headers, "Accept": "application/json"}) as reply:
            assert reply.status == 200, await reply.text()
            found = await reply.json()
        event = found[0] if isinstance(found, list) else found
        targets.append({"ids": {"id": event["id"]}})
    return {"tokens": {"token": [ADMIN_TOKEN]}, "targets": targets, "kept": [], "bodies": {}, "files": {}}
