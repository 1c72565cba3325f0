"""Question banks over HTTP: a dry run with its report, a commit that names it, and everything that is refused."""

from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from contracts.assessment import limits
from tests.integration.assessment_http.api import Api, Reply
from tests.integration.assessment_http.steps import Employer, a_draft, a_key, a_published, an_employer

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
GOOD = b"question,type,option_1,option_2,correct\nEins?,single,a,b,1\nZwei?,single,a,b,b\n"
PARTLY = b"question,type,option_1,option_2,correct\nEins?,single,a,b,1\nZwei?,single,a,b,=SECRET\n"


async def upload(
    api: Api, path: str, data: bytes, name: str = "bank.csv", *, field: str = "file", key: str | None = None
) -> Reply:
    form = aiohttp.FormData()
    form.add_field(field, BytesIO(data), filename=name, content_type="application/octet-stream")
    return await api.send("POST", f"{path}/imports", data=form, key=key)


async def raw(api: Api, path: str, body: bytes, boundary: str = "b") -> Reply:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return await api.send("POST", f"{path}/imports", data=body, headers=headers)


@pytest.mark.parametrize("name", ["questions.csv", "questions.xlsx"])
async def test_a_bank_is_checked_committed_and_published(employer: Employer, name: str) -> None:
    draft = await a_draft(employer)
    report = (await upload(employer.api, draft.path, (SAMPLES / name).read_bytes(), name)).expect(201).json
    assert report["problems"] == []
    assert report["detected"]["format"] == name.rpartition(".")[2]
    body = {"digest": report["digest"], "mode": "all"}
    path = f"{draft.path}/imports/{report['id']}/commit"
    committed = (await employer.api.post(path, body, key="k", etag=draft.etag)).expect(200)
    assert committed.json == {"assessment_id": draft.id, "questions": report["accepted"], "digest": report["digest"]}
    again = (await employer.api.post(path, body, key="k", etag=draft.etag)).expect(200)
    assert (again.body, again.position) == (committed.body, committed.position)
    (await employer.api.post(path, body, key=a_key(), etag=draft.etag)).refused(412, "precondition-failed")
    questions = (await employer.api.get(f"{draft.path}/questions")).json["questions"]
    assert len(questions) == report["accepted"]
    assert any("\n" in one["prompt"] for one in questions)
    (await employer.api.post(f"{draft.path}/publish", key=a_key())).expect(200)
    (await employer.api.post(path, body, key=a_key())).refused(409, "not-a-draft")


async def test_both_formats_give_the_same_questions(employer: Employer) -> None:
    found: list[Any] = []
    for name in ("questions.csv", "questions.xlsx"):
        draft = await a_draft(employer)
        report = (await upload(employer.api, draft.path, (SAMPLES / name).read_bytes(), name)).json
        path = f"{draft.path}/imports/{report['id']}/commit"
        (await employer.api.post(path, {"digest": report["digest"]}, key=a_key())).expect(200)
        questions = (await employer.api.get(f"{draft.path}/questions")).json["questions"]
        for one in questions:
            one["id"] = ""
            one["options"] = [option["text"] for option in one["options"]]
        found.append(questions)
    assert found[0] == found[1]


async def test_a_problem_names_row_and_column_and_valid_rows_can_be_taken(employer: Employer) -> None:
    draft = await a_draft(employer)
    report = (await upload(employer.api, draft.path, PARTLY)).expect(201).json
    (problem,) = report["problems"]
    assert (problem["row"], problem["column"], problem["header"], problem["seen"]) == (3, "E", "correct", "=SECRET")
    path = f"{draft.path}/imports/{report['id']}/commit"
    digest = report["digest"]
    (await employer.api.post(path, {"digest": digest}, key=a_key())).refused(422, "import-refused")
    (await employer.api.post(path, {"digest": "0" * 64}, key=a_key())).refused(409, "import-stale")
    (await employer.api.post(path, {"digest": "x"}, key=a_key())).refused(400, "malformed")
    taken = (await employer.api.post(path, {"digest": digest, "mode": "valid_rows"}, key=a_key())).expect(200)
    assert taken.json["questions"] == 1


async def test_a_report_is_of_one_employer_and_one_assessment(employer: Employer, api: Api) -> None:
    draft, sibling = await a_draft(employer), await a_draft(employer)
    report = (await upload(employer.api, draft.path, GOOD)).json
    body = {"digest": report["digest"]}
    other = await an_employer(api)
    theirs = await a_draft(other)
    for who, path in ((other, draft.path), (other, theirs.path), (employer, sibling.path)):
        reply = await who.api.post(f"{path}/imports/{report['id']}/commit", body, key=a_key())
        reply.refused(404, "not-found")
    (await upload(other.api, draft.path, GOOD)).refused(404, "not-found")


async def test_a_dry_run_again_with_its_key_is_the_same_report(employer: Employer) -> None:
    draft = await a_draft(employer)
    first = (await upload(employer.api, draft.path, GOOD, key="k")).expect(201)
    assert (await upload(employer.api, draft.path, GOOD, key="k")).body == first.body
    (await upload(employer.api, draft.path, PARTLY, key="k")).refused(422, "idempotency-key-reused")
    assert (await upload(employer.api, draft.path, GOOD)).json["id"] != first.json["id"]


async def test_a_published_assessment_takes_no_file(employer: Employer) -> None:
    assessment = await a_published(employer)
    (await upload(employer.api, assessment.path, GOOD)).refused(409, "not-a-draft")


async def test_what_is_no_question_bank_is_a_report_with_a_code(employer: Employer) -> None:
    draft = await a_draft(employer)
    for data in (b"", b"\x00" * 100, b"PK\x03\x04" + b"x" * 50, b"<html>", "größe".encode("utf-16")):
        report = (await upload(employer.api, draft.path, data)).expect(201).json
        assert report["accepted"] == 0
        assert report["problems"], data
        path = f"{draft.path}/imports/{report['id']}/commit"
        body = {"digest": report["digest"], "mode": "valid_rows"}
        (await employer.api.post(path, body, key=a_key())).refused(422, "import-refused")


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_file_has_at_most_five_mebibytes(employer: Employer, more: int) -> None:
    draft = await a_draft(employer)
    data = GOOD + b"\n" * (limits.MAX_UPLOAD_BYTES + more - len(GOOD))
    report = (await upload(employer.api, draft.path, data)).expect(201).json
    assert ("file-too-large" in report["problem_counts"]) == (more > 0)


async def test_a_body_far_over_the_limit_is_not_read_whole(employer: Employer) -> None:
    draft = await a_draft(employer)
    (await upload(employer.api, draft.path, b"x" * 6 * 1024 * 1024)).refused(413, "payload-too-large")


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nx\r\n'
OTHER = b'--b\r\nContent-Disposition: form-data; name="mode"\r\n\r\nall\r\n'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"--b--\r\n",
        PART,
        PART + OTHER + b"--b--\r\n",
        OTHER + PART + b"--b--\r\n",
        PART + PART + b"--b--\r\n",
        PART + b"--b--\r\ntrailing",
        PART.replace(b'"file"', b'"files"') + b"--b--\r\n",
        PART.replace(b'; filename="a.csv"', b"") + b"--b--\r\n",
        PART.replace(b"Content-Disposition", b"X-Disposition") + b"--b--\r\n",
        b"preamble\r\n" + PART + b"--b--\r\n",
    ],
)
async def test_a_body_is_one_part_named_file(employer: Employer, body: bytes) -> None:
    draft = await a_draft(employer)
    (await raw(employer.api, draft.path, PART + b"--b--\r\n")).expect(201)
    (await raw(employer.api, draft.path, body)).refused(400, "malformed")


async def test_a_file_is_not_json(employer: Employer) -> None:
    draft = await a_draft(employer)
    (await employer.api.post(f"{draft.path}/imports", {"file": "x"})).refused(415, "unsupported-media-type")
