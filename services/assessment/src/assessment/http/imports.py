"""Question banks from files: a dry run that answers the whole report, and a commit that names the report it saw."""

from typing import Final

import msgspec
from litestar.params import FromPath

from assessment.domain import commands
from assessment.domain.derived_ids import derived_id
from assessment.http.answers import AnswerBytes, done, download, sent
from assessment.http.bodies import AnyRequest
from assessment.http.calls import KEY_HEADER, read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.operations import Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import not_found, refused, try_again
from assessment.http.questions import content_ids
from assessment.http.service import Service, ServiceGiven
from assessment.http.upload import MAX_FRAME_BYTES, PART, uploaded
from assessment.imports.checking import ChecksBusy, check_file, digest_of
from assessment.imports.export import CSV, error_rows_file
from assessment.imports.problems import Code
from assessment.imports.report import ErrorRow, Report
from assessment.read_models import queries_assessments, queries_imports
from contracts.assessment.assessments import QuestionDraft
from contracts.assessment.imports import CommitImport, ImportCommitted, ImportRefusal, ImportReport
from contracts.assessment.limits import MAX_UPLOAD_BYTES
from contracts.events import QuestionsReplaced
from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised

DRY_RUN: Final = Operation(
    id="checkImport",
    summary="Dry-run a question bank from a CSV or XLSX file; nothing changes",
    actor="employer",
    role="author",
    file=True,
    max_body_bytes=MAX_UPLOAD_BYTES + MAX_FRAME_BYTES,
    answers={201: ImportReport},
    idempotency="taken",
    problems=(ProblemType.NOT_A_DRAFT, ProblemType.IMPORT_REFUSED),
    refusals={413: ImportRefusal, 422: ImportRefusal},
)
ERROR_ROWS: Final = Operation(
    id="getImportErrorRows",
    summary="Download the rows of a report that were not accepted, each with its problems, to correct and send again",
    actor="employer",
    role="reviewer",
    answers={200: None},
    file_types=(CSV,),
)
COMMIT: Final = Operation(
    id="commitImport",
    summary="Put the questions of a report into the draft, in place of those it has",
    actor="employer",
    role="author",
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
ERROR_ROWS_FILE_NAME: Final = "error-rows.csv"


class KeptImport(msgspec.Struct, frozen=True):
    """What is kept until the commit, sealed; errors: how many problems refuse something."""

    report: ImportReport
    errors: int
    questions: tuple[QuestionDraft, ...]
    titles: tuple[str, ...] = ()
    error_rows: tuple[ErrorRow, ...] = ()


_KEPT: Final = msgspec.json.Decoder(KeptImport)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/imports", DRY_RUN)
async def check_import(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    await _check_draft(service, employer.id, resource_id(assessment_id))
    call = await read_call(request, DRY_RUN)
    upload = uploaded(call.body, request.headers.get("content-type", ""))
    import_id = derived_id(call.envelope(employer.name).key, f"import:{assessment_id}")
    standing = await _standing(service, employer.id, assessment_id, import_id)
    if standing is not None:
        return _again(standing, upload.data)
    try:
        report = await check_file(upload.data, upload.file_name)
    except ChecksBusy:
        raise try_again(ProblemType.BUSY, "Many files are being read; send it again.", RETRY_SECONDS) from None
    if report.is_refused:
        raise _refusal(report)
    kept = _kept(report, import_id)
    sealed = service.vault.seal_keys(assessment_id, msgspec.json.encode(kept))
    await queries_imports.keep_import(service.scratch, employer.id, assessment_id, kept.report, sealed)
    return sent(kept.report, status=201)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/imports/{import_id:str}/commit", COMMIT)
async def commit_import(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    import_id: FromPath[str],
) -> AnswerBytes:
    call = await read_call(request, COMMIT)
    body = call.decoded(CommitImport)
    envelope = call.envelope(employer.name)
    kept = await _standing(service, employer.id, resource_id(assessment_id), resource_id(import_id))
    if kept is None:
        raise not_found()
    _check_committable(kept, body)
    question_ids, option_ids = content_ids(envelope.key, kept.questions)
    command = commands.SetQuestions(
        employer_id=employer.id,
        assessment_id=assessment_id,
        questions=kept.questions,
        question_ids=question_ids,
        option_ids=option_ids,
        expected_position=expected_position(request.headers, needed=False),
        now=service.now(),
        import_id=import_id,
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, QuestionsReplaced)
    return done(executed, ImportCommitted(fact.assessment_id, len(fact.questions), body.digest), etag=executed.last)


@endpoint("GET", "/v1/assessments/{assessment_id:str}/imports/{import_id:str}/error-rows", ERROR_ROWS)
async def get_error_rows(
    request: AnyRequest,
    service: ServiceGiven,
    employer: EmployerGiven,
    assessment_id: FromPath[str],
    import_id: FromPath[str],
) -> AnswerBytes:
    read_query(request, ERROR_ROWS)
    kept = await _standing(service, employer.id, resource_id(assessment_id), resource_id(import_id))
    if kept is None:
        raise not_found()
    return download(error_rows_file(kept.titles, kept.error_rows), CSV, ERROR_ROWS_FILE_NAME)


def _kept(report: Report, import_id: str) -> KeptImport:
    outcome = report.outcome
    return KeptImport(
        report.as_answer(import_id), outcome.errors, outcome.questions, outcome.titles, outcome.error_rows
    )


def _refusal(report: Report) -> ProblemRaised:
    """Answer a file that is no question bank at all; there is nothing to commit, so nothing is kept."""
    outcome = report.outcome
    first = next(one for one in outcome.problems if one.severity == "error")
    kind = ProblemType.PAYLOAD_TOO_LARGE if first.code == Code.FILE_TOO_LARGE.slug else ProblemType.IMPORT_REFUSED
    place = f"{first.column or ''}{first.row or ''}"
    general = problem(kind, first.message, at=place or PART, seen=first.seen or "")
    return ProblemRaised(
        ImportRefusal(
            **msgspec.structs.asdict(general),
            code=first.code,
            detected=outcome.detected,
            problems=outcome.problems,
            problem_counts=outcome.problem_counts,
        )
    )


async def _check_draft(service: Service, employer_id: str, assessment_id: str) -> None:
    row = await queries_assessments.assessment(service.reader, employer_id, assessment_id)
    if row is None:
        raise not_found()
    if row.status != "draft":
        raise refused(ProblemType.NOT_A_DRAFT, f"The assessment is {row.status}")


async def _standing(service: Service, employer_id: str, assessment_id: str, import_id: str) -> KeptImport | None:
    sealed = await queries_imports.sealed_import(service.keys_reader, employer_id, assessment_id, import_id)
    return None if sealed is None else _KEPT.decode(service.vault.open_keys(assessment_id, sealed))


def _again(standing: KeptImport, data: memoryview) -> AnswerBytes:
    """Answer a retry as its first time was answered; the same key with another file is no retry."""
    if standing.report.digest != digest_of(data):
        raise refused(ProblemType.IDEMPOTENCY_KEY_REUSED, "The key was used for another file.", at=KEY_HEADER)
    return sent(standing.report, status=201)


def _check_committable(kept: KeptImport, body: CommitImport) -> None:
    if body.digest != kept.report.digest:
        raise refused(ProblemType.IMPORT_STALE, "The digest is not that of the report.", at="$.digest")
    if body.mode == "all" and kept.errors:
        raise refused(ProblemType.IMPORT_REFUSED, f"The file has {kept.errors} errors.", at="$.mode", seen=body.mode)
    if not kept.report.accepted:
        raise refused(ProblemType.IMPORT_REFUSED, "The file has no question that could be taken.")
