"""API keys: made, listed, rotated and revoked by an owner; a key is shown to whoever asked for it, and never kept."""

from datetime import datetime
from functools import partial
from typing import Final

from litestar.params import FromPath

from assessment.app.secrets import API_KEY_PREFIX, Secrets, digest
from assessment.domain import commands
from assessment.domain.api_keys import FIRST_GENERATION
from assessment.domain.derived_ids import derived_id
from assessment.domain.invites import has_expired
from assessment.http.answers import AnswerBytes, done, sent
from assessment.http.bodies import AnyRequest, Nothing
from assessment.http.calls import read_call
from assessment.http.credentials import EmployerGiven
from assessment.http.executions import execute, fact_of
from assessment.http.identities import resource_id
from assessment.http.operations import PAGE, Operation, endpoint
from assessment.http.paging import next_cursor, page_request
from assessment.http.parameters import read_query
from assessment.http.service import ServiceGiven
from assessment.http.token_digests import TokenDigests
from assessment.http.waiting import wait_as_asked
from assessment.read_models import queries_keys
from contracts.assessment.keys import (
    CreateKey,
    IssuedKey,
    KeyAnswer,
    KeyPage,
    KeyStatus,
    RevokedKey,
    RotatedKey,
    RotateKey,
)
from contracts.events import KeyCreated, KeyRevoked, KeyRotated
from contracts.problems import ProblemType

SHOWN_CHARACTERS: Final = 4

CREATE: Final = Operation(
    id="createKey",
    summary="Make an API key; it is shown in this answer and to a retry",
    actor="employer",
    role="owner",
    body=CreateKey,
    answers={201: IssuedKey},
    idempotency="taken",
)
LIST: Final = Operation(
    id="listKeys",
    summary="List the API keys, oldest first, without what is secret of them",
    actor="employer",
    role="owner",
    answers={200: KeyPage},
    query=PAGE,
)
ROTATE: Final = Operation(
    id="rotateKey",
    summary="Give an API key a new secret; the one before it ends at once or after an overlap",
    actor="employer",
    role="owner",
    body=RotateKey,
    body_needed=False,
    answers={200: RotatedKey},
    idempotency="taken",
    problems=(ProblemType.KEY_ENDED,),
)
REVOKE: Final = Operation(
    id="revokeKey",
    summary="Make an API key invalid with all its secrets",
    actor="employer",
    role="owner",
    body=Nothing,
    body_needed=False,
    answers={200: RevokedKey},
    idempotency="taken",
    problems=(ProblemType.LAST_OWNER_KEY,),
)


@endpoint("POST", "/v1/keys", CREATE)
async def create_key(request: AnyRequest, service: ServiceGiven, employer: EmployerGiven) -> AnswerBytes:
    call = await read_call(request, CREATE)
    envelope = call.envelope(employer.name)
    body = call.decoded(CreateKey)
    key_id = derived_id(envelope.key, "key")
    command = commands.CreateKey(
        employer_id=employer.id,
        key_id=key_id,
        name=body.name,
        role=body.role,
        key_sha256=digest(service.secrets.api_key(key_id, FIRST_GENERATION)),
        expires_at=body.expires_at,
        now=service.now(),
    )
    executed = await execute(service, envelope, command)
    fact = fact_of(executed, KeyCreated)
    answer = IssuedKey(
        id=fact.key_id,
        name=fact.name,
        role=fact.role,
        key=service.secrets.api_key(fact.key_id, FIRST_GENERATION),
        created_at=fact.at,
        expires_at=fact.expires_at,
    )
    return done(executed, answer, status=201)


@endpoint("GET", "/v1/keys", LIST)
async def list_keys(request: AnyRequest, service: ServiceGiven, employer: EmployerGiven) -> AnswerBytes:
    query = read_query(request, LIST)
    page = page_request(query)
    await wait_as_asked(service.commands.watch, query)
    rows = await queries_keys.keys_page(service.reader, employer.id, page.after, page.limit + 1)
    now = service.now()
    items = tuple(_listed(service.secrets, row, now) for row in rows[: page.limit])
    return sent(KeyPage(items, next_cursor(rows, page, lambda row: (row.created_at, row.id))))


@endpoint("POST", "/v1/keys/{key_id:str}/rotate", ROTATE)
async def rotate_key(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, key_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, ROTATE)
    command = commands.RotateKey(
        employer_id=employer.id,
        key_id=resource_id(key_id),
        digests=TokenDigests(partial(service.secrets.api_key, key_id)),
        overlap_seconds=call.decoded(RotateKey).overlap_seconds,
        now=service.now(),
    )
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, KeyRotated)
    answer = RotatedKey(
        id=fact.key_id,
        name=fact.name,
        role=fact.role,
        key=service.secrets.api_key(fact.key_id, fact.generation),
        previous_ends_at=fact.previous_ends_at,
        expires_at=fact.expires_at,
    )
    return done(executed, answer)


@endpoint("POST", "/v1/keys/{key_id:str}/revoke", REVOKE)
async def revoke_key(
    request: AnyRequest, service: ServiceGiven, employer: EmployerGiven, key_id: FromPath[str]
) -> AnswerBytes:
    call = await read_call(request, REVOKE)
    call.decoded(Nothing)
    command = commands.RevokeKey(employer_id=employer.id, key_id=resource_id(key_id), now=service.now())
    executed = await execute(service, call.envelope(employer.name), command)
    fact = fact_of(executed, KeyRevoked)
    answer = RevokedKey(
        id=fact.key_id,
        name=fact.name,
        role=fact.role,
        state="revoked",
        created_at=fact.created_at,
        expires_at=fact.expires_at,
        revoked_at=fact.at,
    )
    return done(executed, answer)


def _listed(secrets: Secrets, row: queries_keys.KeyRow, now: datetime) -> KeyAnswer:
    """Show a key; its last characters are derived again, since nothing of it is kept."""
    is_overlapping = row.previous_ends_at is not None and row.previous_ends_at > now
    state = _state(row, now)
    return KeyAnswer(
        id=row.id,
        name=row.name,
        role=row.role,
        state=state,
        prefix=API_KEY_PREFIX,
        last_four=secrets.api_key(row.id, row.generation)[-SHOWN_CHARACTERS:],
        created_at=row.created_at,
        last_used_at=row.used_at,
        expires_at=row.expires_at,
        previous_ends_at=row.previous_ends_at if is_overlapping and state == "active" else None,
        revoked_at=row.revoked_at,
    )


def _state(row: queries_keys.KeyRow, now: datetime) -> KeyStatus:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if has_expired(row.expires_at, now) else "active"
