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
        found.append(await _without_ids(employer, draft.path))
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


@pytest.mark.parametrize(
    ("data", "code", "at"),
    [
        (b"", "empty-file", "file"),
        (b"\x00" * 100, "nul-character", "A1"),
        (b"PK\x03\x04" + b"x" * 50, "damaged-workbook", "file"),
        (b"<html>", "not-a-spreadsheet", "file"),
        ("größe".encode("utf-16"), "unknown-layout", "1"),
        (b'question,type\n"open,essay\n', "unclosed-quote", "A2"),
    ],
)
async def test_what_is_no_question_bank_is_refused_with_a_code(
    employer: Employer, data: bytes, code: str, at: str
) -> None:
    draft = await a_draft(employer)
    refusal = (await upload(employer.api, draft.path, data, key="k")).refused(422, "import-refused").json
    assert (refusal["code"], refusal["at"]) == (code, at)
    assert refusal["detail"] == refusal["problems"][0]["message"]
    assert refusal["problem_counts"] == {code: 1}
    assert (await upload(employer.api, draft.path, data, key="k")).json == refusal
    (await upload(employer.api, draft.path, GOOD)).expect(201)


async def test_a_file_without_a_question_that_could_be_taken_is_a_report_that_can_t_be_committed(
    employer: Employer,
) -> None:
    draft = await a_draft(employer)
    report = (await upload(employer.api, draft.path, b"question,type\nWhy?,nothing\n")).expect(201).json
    assert (report["accepted"], report["error_rows"]) == (0, 1)
    path = f"{draft.path}/imports/{report['id']}/commit"
    body = {"digest": report["digest"], "mode": "valid_rows"}
    (await employer.api.post(path, body, key=a_key())).refused(422, "import-refused")


async def test_error_rows_are_downloaded_corrected_and_sent_again(employer: Employer, api: Api) -> None:
    draft = await a_draft(employer)
    report = (await upload(employer.api, draft.path, PARTLY)).expect(201).json
    path = f"{draft.path}/imports/{report['id']}/error-rows"
    file = (await employer.api.get(path)).expect(200)
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="error-rows.csv"'
    assert file.body.decode("utf-8-sig").splitlines() == [
        "question,type,option_1,option_2,correct,row,problem",
        "Zwei?,single,a,b,'=SECRET,3,correct: This names none of the question's options.",
    ]
    again = (await upload(employer.api, draft.path, file.body.replace(b"'=SECRET", b"2"))).expect(201).json
    assert (again["accepted"], again["problems"]) == (1, [])
    (await (await an_employer(api)).api.get(path)).refused(404, "not-found")
    (await employer.api.get(f"{draft.path}/imports/{a_key()}/error-rows")).refused(404, "not-found")


async def test_exported_questions_are_the_same_when_they_are_imported(employer: Employer) -> None:
    draft, other = await a_draft(employer), await a_draft(employer, [])
    file = (await employer.api.get(f"{draft.path}/questions?format=csv")).expect(200)
    assert file.headers["Content-Disposition"] == 'attachment; filename="questions.csv"'
    assert file.etag == draft.etag
    report = (await upload(employer.api, other.path, file.body)).expect(201).json
    assert report["problems"] == []
    body = {"digest": report["digest"]}
    (await employer.api.post(f"{other.path}/imports/{report['id']}/commit", body, key=a_key())).expect(200)
    assert await _without_ids(employer, other.path) == await _without_ids(employer, draft.path)


async def test_an_export_is_known_by_its_etag_and_of_known_formats_only(employer: Employer) -> None:
    draft = await a_draft(employer)
    path = f"{draft.path}/questions"
    again = await employer.api.get(f"{path}?format=csv", headers={"If-None-Match": draft.etag})
    assert (again.status, again.body) == (304, b"")
    assert (await employer.api.get(f"{path}?format=json")).expect(200).json["questions"]
    assert (await employer.api.get(f"{path}?format=xlsx")).refused(400, "malformed").json["at"] == "format"


@pytest.mark.parametrize("name", ["csv", "xlsx"])
async def test_a_template_is_downloaded_by_anyone_and_imported_as_it_is(
    employer: Employer, api: Api, name: str
) -> None:
    template = (await api.get(f"/v1/import-templates/{name}")).expect(200)
    assert template.headers["Content-Disposition"] == f'attachment; filename="questions.{name}"'
    draft = await a_draft(employer)
    report = (await upload(employer.api, draft.path, template.body, f"questions.{name}")).expect(201).json
    assert (report["accepted"], report["problems"]) == (6, [])
    for other in ("ods", "x", "%00"):
        (await api.get(f"/v1/import-templates/{other}")).refused(404, "not-found")


async def _without_ids(employer: Employer, path: str) -> list[Any]:
    questions: list[Any] = (await employer.api.get(f"{path}/questions")).json["questions"]
    return [{**one, "id": "", "options": [option["text"] for option in one["options"]]} for one in questions]


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_file_has_at_most_five_mebibytes(employer: Employer, more: int) -> None:
    draft = await a_draft(employer)
    blank = (b" " * 1000 + b"\n") * (limits.MAX_UPLOAD_BYTES // 1000)
    data = (GOOD + blank)[: limits.MAX_UPLOAD_BYTES + more]
    reply = await upload(employer.api, draft.path, data)
    if more > 0:
        assert reply.refused(413, "payload-too-large").json["code"] == "file-too-large"
    else:
        assert reply.expect(201).json["problems"] == []


async def test_a_body_far_over_the_limit_is_not_read_whole(employer: Employer) -> None:
    draft = await a_draft(employer)
    (await upload(employer.api, draft.path, b"x" * 6 * 1024 * 1024)).refused(413, "payload-too-large")


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nquestion,type\nx,essay\r\n'
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
