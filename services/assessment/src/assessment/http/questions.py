"""A draft's questions: replaced as a whole list, and read again with their keys by their author."""

from typing import Final

from litestar.params import FromPath

from assessment.domain import commands
from assessment.domain.author_view import authors_view
from assessment.domain.derived_ids import derived_ids
from assessment.http.answers import AnswerBytes, done, download, known, stands, validators
from assessment.http.bodies import AnyRequest
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.opening import keys_of
from assessment.http.operations import FRESH, Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.preconditions import expected_position
from assessment.http.problems import malformed, not_found
from assessment.http.service import ServiceGiven
from assessment.http.waiting import wait_as_asked
from assessment.imports.export import CSV, exported
from assessment.read_models import queries_assessments
from contracts.assessment.assessments import QuestionDraft, QuestionList, ReplaceQuestions
from contracts.assessment.limits import MAX_OPTIONS
from contracts.events import QuestionsReplaced
from contracts.problems import ProblemType

REPLACE: Final = Operation(
    id="replaceQuestions",
    summary="Replace a draft's whole list of questions",
    actor="employer",
    role="author",
    body=ReplaceQuestions,
    answers={200: QuestionList},
    if_match="needed",
    has_etag=True,
    problems=(ProblemType.NOT_A_DRAFT, ProblemType.CONTENT_TOO_LARGE),
)
GET: Final = Operation(
    id="getQuestions",
    summary="Read an assessment's questions with their keys",
    actor="employer",
    role="reviewer",
    answers={200: QuestionList},
    file_types=(CSV,),
    query=(*FRESH, "format"),
    has_etag=True,
)
FILE_NAME: Final = "questions.csv"


@endpoint("PUT", "/v1/assessments/{assessment_id:str}/questions", REPLACE)
async def replace_questions(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, REPLACE)
    envelope = call.envelope(employer.name)
    questions = call.decoded(ReplaceQuestions).questions
    question_ids, option_ids = content_ids(envelope.key, questions)
    command = commands.SetQuestions(
        employer_id=employer.id,
        assessment_id=resource_id(assessment_id),
        questions=questions,
        question_ids=question_ids,
        option_ids=option_ids,
        expected_position=expected_position(request.headers, needed=True),
        now=service.now(),
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, QuestionsReplaced)
    keys = keys_of(service.vault, fact.assessment_id, fact.sealed_keys)
    return done(executed, QuestionList(authors_view(fact.questions, keys)), etag=executed.last)


@endpoint("GET", "/v1/assessments/{assessment_id:str}/questions", GET)
async def get_questions(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, assessment_id: FromPath[str]
) -> AnswerBytes:
    query = read_query(request, GET)
    wanted = query.get("format", "json")
    if wanted not in ("json", "csv"):
        raise malformed("The format is json or csv.", at="format", seen=wanted)
    await wait_as_asked(service.commands.watch, query)
    row = await queries_assessments.content(service.keys_reader, employer.id, resource_id(assessment_id))
    if row is None:
        raise not_found()
    keys = keys_of(service.vault, assessment_id, row.sealed_keys)
    shown = authors_view(row.questions, keys)
    if wanted == "json":
        return stands(QuestionList(shown), row.position, request.headers)
    return known(row.position, request.headers) or download(exported(shown), CSV, FILE_NAME, validators(row.position))


def content_ids(key: str, questions: tuple[QuestionDraft, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Derive an id for each question and for each of its options."""
    return ids_for(key, tuple(len(question.options) for question in questions))


def ids_for(key: str, option_counts: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Derive ids for as many questions as there are counts, each with as many options as its count says."""
    assert all(count <= MAX_OPTIONS for count in option_counts), "the body's shape bounds the options"
    of_options = iter(derived_ids(key, "option", sum(option_counts)))
    options = tuple(tuple(next(of_options) for _ in range(count)) for count in option_counts)
    return derived_ids(key, "question", len(option_counts)), options
