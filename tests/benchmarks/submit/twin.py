"""The twin: the same submission as plain CRUD, Litestar over asyncpg and one COMMIT; no log, and nothing is sealed.

It works on a copy of the service's own tables, so the constraints are the same ones, and calls the service's own rules.
What the service seals is plain text here. Statements are prepared, versions are remembered, the pool resets nothing:
no slower than one would ship it.
"""

import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import asyncpg
import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Request, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.params import Parameter, SkipValidation

from assessment.domain.answers import fitting, question_named
from assessment.domain.content import canonical_json
from assessment.domain.decision import Refused
from assessment.domain.pools import asked_of
from assessment.domain.scoring import Scored, score
from assessment.read_models.connections import plain_values
from contracts.assessment.take import GivenAnswer, Receipt, Submit
from contracts.questions import AnswerKey, Question, Settings

_ASYNCPG: Final[Any] = asyncpg
CONNECTIONS: Final = 16
NAMESPACE: Final = uuid.UUID("0b1de2c4-7a51-4d5c-9a3a-3f6d5c2b1a09")

SEAT: Final = """
SELECT i.id AS invite_id, i.employer_id, s.id AS sitting_id FROM live.invites i
JOIN live.sittings s ON s.assessment_id = i.assessment_id AND s.candidate_id = i.candidate_id
WHERE i.token_sha256 = $1 AND i.status = 'open' AND (i.expires_at IS NULL OR i.expires_at > $2 OR s.state <> 'voided')
"""
KEY_AND_SITTING: Final = """
WITH taken AS (
  INSERT INTO live.command_keys (key, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING key
)
SELECT s.assessment_id, s.candidate_id, s.state, s.attempt, s.version, s.closes_at, s.question_ids, a.key_version,
  (SELECT count(*) FROM taken) AS taken
FROM live.sittings s JOIN live.assessments a ON a.id = s.assessment_id
WHERE s.id = $3 AND s.employer_id = $4 FOR NO KEY UPDATE OF s
"""
SAVED: Final = """
SELECT question_id, sealed_answer FROM live.saved_answers WHERE sitting_id = $1 AND attempt = $2
"""
VERSION: Final = """
SELECT settings, questions, sealed_keys FROM live.versions WHERE assessment_id = $1 AND version = $2
"""
STANDING: Final = """
SELECT k.fingerprint, b.scores, b.submitted_at, b.assessment_id, b.version FROM live.command_keys k
LEFT JOIN live.submissions b ON b.id = $2 WHERE k.key = $1
"""
WRITE: Final = """
WITH submitted AS (
  UPDATE live.sittings SET state = 'submitted', submission_id = $1 WHERE id = $6
)
INSERT INTO live.submissions (id, employer_id, assessment_id, candidate_id, invite_id, sitting_id, attempt, version,
  key_version, points_milli, max_points_milli, percent, passed, scores, sealed_records, cause, submitted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'candidate', $16)
"""

_SETTINGS: Final = msgspec.json.Decoder(Settings)
_QUESTIONS: Final = msgspec.json.Decoder(tuple[Question, ...])
_KEYS: Final = msgspec.json.Decoder(tuple[AnswerKey, ...])
_IDS: Final = msgspec.json.Decoder(tuple[str, ...])
_ANSWER: Final = msgspec.json.Decoder(GivenAnswer)


@dataclass(frozen=True, slots=True)
class Version:
    settings: Settings
    questions: tuple[Question, ...]
    keys: tuple[AnswerKey, ...]


@dataclass(slots=True)
class Database:
    """The pool, and the versions that were read: they never change."""

    pool: Any
    versions: dict[tuple[str, int], Version]

    async def version(self, connection: Any, assessment_id: str, number: int) -> Version:
        found = self.versions.get((assessment_id, number))
        if found is None:
            row = await connection.fetchrow(VERSION, assessment_id, number)
            questions, keys = _QUESTIONS.decode(row["questions"]), _KEYS.decode(row["sealed_keys"])
            found = Version(_SETTINGS.decode(row["settings"]), questions, keys)
            self.versions[assessment_id, number] = found
        return found


@dataclass(frozen=True, slots=True)
class Seat:
    invite_id: str
    employer_id: str
    sitting_id: str


DatabaseGiven = NamedDependency[SkipValidation[Database]]
SeatGiven = NamedDependency[SkipValidation[Seat]]


async def seat_of(request: Request[Any, Any, Any], database: DatabaseGiven) -> Seat:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    row = None
    if scheme.lower() == "bearer":
        sha256 = hashlib.sha256(token.encode()).hexdigest()
        row = await database.pool.fetchrow(SEAT, sha256, datetime.now(UTC))
    if row is None:
        raise NotAuthorizedException
    return Seat(**row)


@get("/health/ready")
async def ready(database: DatabaseGiven) -> None:
    await database.pool.fetchval("SELECT 1")


@post("/v1/take/submit")
async def submit(
    data: Submit, seat: SeatGiven, database: DatabaseGiven, key: Annotated[str, Parameter(header="Idempotency-Key")]
) -> Receipt:
    now = datetime.now(UTC)
    named = uuid.uuid5(NAMESPACE, f"{seat.sitting_id}\n{key}")
    submission_id = str(uuid.uuid5(named, "submission"))
    fingerprint = hashlib.sha256(msgspec.json.encode(data)).hexdigest()
    async with database.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(KEY_AND_SITTING, str(named), fingerprint, seat.sitting_id, seat.employer_id)
        if not row["taken"]:
            return await _standing(database, connection, str(named), fingerprint, submission_id)
        if row["state"] != "started":
            raise HTTPException(status_code=409, detail="already-submitted")
        if row["closes_at"] is not None and now > row["closes_at"]:
            raise HTTPException(status_code=409, detail="deadline-passed")
        version = await database.version(connection, row["assessment_id"], row["version"])
        saved = await connection.fetch(SAVED, seat.sitting_id, row["attempt"])
        answers = {one["question_id"]: _ANSWER.decode(one["sealed_answer"]) for one in saved}
        scored = _scored(version, _IDS.decode(row["question_ids"]), answers, data.answers or {})
        await _write(connection, seat, row, submission_id, scored, now)
    return _receipt(submission_id, version.settings.title, now, scored.scores)


def _scored(
    version: Version, question_ids: tuple[str, ...], saved: dict[str, GivenAnswer], given: dict[str, GivenAnswer]
) -> Scored:
    questions = asked_of(version.questions, question_ids)
    by_id = {question.id: question for question in questions}
    try:
        fit = {id_: fitting(question_named(by_id, id_, id_), answer, id_) for id_, answer in given.items()}
    except Refused as refused:
        raise HTTPException(status_code=422, detail=str(refused)) from refused
    keys = tuple(key for key in version.keys if key.question_id in by_id)
    return score(questions, keys, {**saved, **fit}, version.settings.passing_percent)


async def _write(connection: Any, seat: Seat, row: Any, submission_id: str, scored: Scored, now: datetime) -> None:
    total = scored.total
    try:
        await connection.execute(
            WRITE,
            *(submission_id, seat.employer_id, row["assessment_id"], row["candidate_id"], seat.invite_id),
            *(seat.sitting_id, row["attempt"], row["version"], row["key_version"]),
            *(total.points_milli, total.max_points_milli, Decimal(total.percent), total.passed),
            *(canonical_json(scored.scores).decode(), canonical_json(scored.records).decode(), now),
        )
    except asyncpg.UniqueViolationError as violation:
        raise HTTPException(status_code=409, detail="already-submitted") from violation


async def _standing(database: Database, connection: Any, key: str, fingerprint: str, submission_id: str) -> Receipt:
    row = await connection.fetchrow(STANDING, key, submission_id)
    if row["fingerprint"] != fingerprint or row["scores"] is None:
        raise HTTPException(status_code=422, detail="idempotency-key-reused")
    version = await database.version(connection, row["assessment_id"], row["version"])
    scores = msgspec.json.decode(row["scores"])
    answered = sum(one["outcome"] != "unanswered" for one in scores)
    return Receipt(submission_id, version.settings.title, row["submitted_at"], answered, len(scores))


def _receipt(submission_id: str, title: str, now: datetime, scores: Any) -> Receipt:
    answered = sum(one.outcome != "unanswered" for one in scores)
    return Receipt(submission_id, title, now, answered, len(scores))


async def _serve(url: str, port: int) -> None:
    async with _ASYNCPG.create_pool(
        url, min_size=2, max_size=CONNECTIONS, init=plain_values, reset=_nothing, server_settings={"jit": "off"}
    ) as pool:
        database = Database(pool, {})
        app = Litestar(
            [submit, ready],
            dependencies={
                "database": Provide(lambda: database, sync_to_thread=False, use_cache=True),
                "seat": Provide(seat_of),
            },
            openapi_config=None,
            logging_config=None,
        )
        config = uvicorn.Config(
            app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_config=None, access_log=False
        )
        await uvicorn.Server(config).serve()


async def _nothing(_: Any) -> None:
    """The transactions above end themselves; asyncpg's own reset would cost a round trip each time."""


if __name__ == "__main__":
    uvloop.run(_serve(os.environ["TWIN_DATABASE_URL"], int(os.environ["TWIN_PORT"])))
