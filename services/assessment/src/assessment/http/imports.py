"""Question banks from files: a dry run that answers the whole report, and a commit that names the report it saw."""

from typing import Final

import msgspec

from assessment.domain import commands
from assessment.http.answers import AnswerBytes, done, sent
from assessment.http.bodies import AnyRequest
from assessment.http.calls import KEY_HEADER, read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import derived_id, resource_id
from assessment.http.operations import Operation, endpoint
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found, refused, try_again
from assessment.http.questions import content_ids
from assessment.http.service import Service, ServiceGiven
from assessment.http.upload import MAX_FRAME_BYTES, uploaded
from assessment.imports.checking import ChecksBusy, check_file, digest_of
from assessment.imports.report import Report
from assessment.read_models import queries_assessments, queries_imports
from assessment.read_models.queries_imports import KeptReport
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.imports import CommitImport, ImportCommitted, ImportReport
from contracts.assessment.limits import MAX_UPLOAD_BYTES
from contracts.events import QuestionsReplaced
from contracts.problems import ProblemType

DRY_RUN: Final = Operation(
    id="checkImport",
    summary="Dry-run a question bank from a CSV or XLSX file; nothing changes",
    actor="employer",
    file=True,
    max_body_bytes=MAX_UPLOAD_BYTES + MAX_FRAME_BYTES,
    answers={201: ImportReport},
    idempotency="taken",
    problems=(ProblemType.NOT_A_DRAFT,),
)
COMMIT: Final = Operation(
    id="commitImport",
    summary="Put the questions of a report into the draft, in place of those it has",
    actor="employer",
    body=CommitImport,
    answers={200: ImportCommitted},
    idempotency="needed",
    if_match="taken",
    has_etag=True,
    problems=(
        ProblemType.NOT_A_DRAFT,
        ProblemType.IMPORT_STALE,
        ProblemType.IMPORT_REFUSED,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)
RETRY_SECONDS: Final = 2
_QUESTIONS: Final = msgspec.json.Decoder(tuple[QuestionDraft, ...])


@endpoint("POST", "/v1/assessments/{assessment_id:str}/imports", DRY_RUN)
async def check_import(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: str
) -> AnswerBytes:
    await _check_draft(service, employer.id, resource_id(assessment_id))
    call = await read_call(request, DRY_RUN)
    upload = uploaded(call.body, request.headers.get("content-type", ""))
    import_id = derived_id(call.envelope(employer.name).key, f"import:{assessment_id}")
    standing = await queries_imports.import_report(service.reader, employer.id, assessment_id, import_id)
    if standing is not None:
        return _again(standing, upload.data)
    try:
        report = await check_file(upload.data, upload.file_name)
    except ChecksBusy:
        raise try_again(ProblemType.BUSY, "Many files are being read; send it again.", RETRY_SECONDS) from None
    kept = _kept(service, assessment_id, import_id, report)
    await queries_imports.keep_report(service.scratch, employer.id, assessment_id, kept)
    return sent(kept.report, status=201)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/imports/{import_id:str}/commit", COMMIT)
async def commit_import(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: str, import_id: str
) -> AnswerBytes:
    call = await read_call(request, COMMIT)
    body = call.decoded(CommitImport)
    envelope = call.envelope(employer.name)
    kept = await queries_imports.import_report(
        service.reader, employer.id, resource_id(assessment_id), resource_id(import_id)
    )
    if kept is None:
        raise not_found()
    _check_committable(kept, body)
    questions = _opened(service, assessment_id, kept)
    question_ids, option_ids = content_ids(envelope.key, questions)
    command = commands.SetQuestions(
        employer_id=employer.id,
        assessment_id=assessment_id,
        questions=questions,
        question_ids=question_ids,
        option_ids=option_ids,
        expected_position=expected_position(request.headers, needed=False),
        now=service.now(),
        import_id=import_id,
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, QuestionsReplaced)
    return done(executed, ImportCommitted(fact.assessment_id, len(fact.questions), body.digest), etag=executed.last)


async def _check_draft(service: Service, employer_id: str, assessment_id: str) -> None:
    row = await queries_assessments.assessment(service.reader, employer_id, assessment_id)
    if row is None:
        raise not_found()
    if row.status != "draft":
        raise refused(ProblemType.NOT_A_DRAFT, f"The assessment is {row.status}")


def _again(standing: KeptReport, data: bytes) -> AnswerBytes:
    """Answer a retry as its first time was answered; the same key with another file is no retry."""
    if standing.report.digest != digest_of(data):
        raise refused(ProblemType.IDEMPOTENCY_KEY_REUSED, "The key was used for another file.", at=KEY_HEADER)
    return sent(standing.report, status=201)


def _check_committable(kept: KeptReport, body: CommitImport) -> None:
    if body.digest != kept.report.digest:
        raise refused(ProblemType.IMPORT_STALE, "The digest is not that of the report.", at="$.digest")
    if body.mode == "all" and kept.errors:
        raise refused(ProblemType.IMPORT_REFUSED, f"The file has {kept.errors} errors.", at="$.mode", seen=body.mode)
    if not kept.report.accepted:
        raise refused(ProblemType.IMPORT_REFUSED, "The file has no question that could be taken.")


def _kept(service: Service, assessment_id: str, import_id: str, report: Report) -> KeptReport:
    """What a right answer is, is sealed here as it is in events."""
    sealed = service.vault.seal_keys(assessment_id, msgspec.json.encode(report.outcome.questions))
    return KeptReport(report.as_answer(import_id), report.outcome.errors, sealed)


def _opened(service: Service, assessment_id: str, kept: KeptReport) -> tuple[QuestionDraft, ...]:
    return _QUESTIONS.decode(service.vault.open_keys(assessment_id, kept.sealed_questions))
