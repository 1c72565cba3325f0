"""Previews: an author takes their own assessment, as often as they like, and nothing is kept of it."""

from typing import Final

from litestar.params import FromPath

from assessment.domain.decision import Refused
from assessment.domain.derived_ids import derived_id
from assessment.domain.ordering import seed_of
from assessment.domain.previews import scored_preview
from assessment.http.answers import AnswerBytes, sent
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerActor, EmployerGiven
from assessment.http.identities import resource_id
from assessment.http.opening import keys_of
from assessment.http.operations import FRESH, Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.preview_views import preview, preview_score
from assessment.http.problems import not_found, of_refusal
from assessment.http.service import Service, ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.read_models.queries_previews import PreviewRow, preview_of
from contracts.assessment.previews import Preview, PreviewAssessment, PreviewScore, ScorePreview
from contracts.problems import ProblemType

_UNPUBLISHABLE: Final = (ProblemType.NO_QUESTIONS, ProblemType.POOL_UNFIT, ProblemType.CONFLICT)
PREVIEW: Final = Operation(
    id="previewAssessment",
    summary="See what a candidate would see, of a draft or of what is published; nothing is recorded",
    actor="employer",
    role="author",
    body=PreviewAssessment,
    body_needed=False,
    records=False,
    answers={200: Preview},
    query=FRESH,
    idempotency="taken",
    problems=_UNPUBLISHABLE,
)
SCORE: Final = Operation(
    id="scorePreview",
    summary="Score the answers of a preview, with its scoring record and explanations; nothing is recorded",
    actor="employer",
    role="author",
    body=ScorePreview,
    records=False,
    answers={200: PreviewScore},
    query=FRESH,
    idempotency="taken",
    problems=(
        *_UNPUBLISHABLE,
        ProblemType.UNKNOWN_QUESTION,
        ProblemType.ANSWER_REFUSED,
        ProblemType.CONTENT_TOO_LARGE,
    ),
)


@endpoint("POST", "/v1/assessments/{assessment_id:str}/preview", PREVIEW)
async def preview_assessment(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, PREVIEW)
    seed = call.decoded(PreviewAssessment).seed
    if seed is None:  # fresh, and with the same Idempotency-Key the same
        seed = seed_of(derived_id(call.envelope(employer.name).key, "preview"))
    await wait_as_asked(service.commands.watch, read_query(request, PREVIEW))
    row = await _row(service, employer, assessment_id)
    try:
        return sent(preview(row, seed, service.now()))
    except Refused as refused:
        raise of_refusal(refused.refusal) from None


@endpoint("POST", "/v1/assessments/{assessment_id:str}/preview/score", SCORE)
async def score_preview(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, SCORE)
    body = call.decoded(ScorePreview)
    await wait_as_asked(service.commands.watch, read_query(request, SCORE))
    row = await _row(service, employer, assessment_id)
    content = (row.questions, keys_of(service.vault, assessment_id, row.sealed_keys))
    try:
        asked, scored = scored_preview(content, row.settings, body.seed, body.answers)
    except Refused as refused:
        raise of_refusal(refused.refusal) from None
    return sent(preview_score(row, body.seed, asked, scored))


async def _row(service: Service, employer: EmployerActor, assessment_id: str) -> PreviewRow:
    row = await preview_of(service.keys_reader, employer.id, resource_id(assessment_id))
    if row is None:
        raise not_found()
    return row
