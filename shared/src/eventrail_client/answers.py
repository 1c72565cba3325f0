"""From an HTTP answer to what it means: a value, a refusal, or a reason to try again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from contracts.append import AppendResult
from contracts.problems import Problem, ProblemType
from eventrail_client.errors import (
    ConditionFailed,
    DiskFull,
    Forbidden,
    IdReused,
    Rejected,
    ServerFault,
    StoreError,
    Unauthorized,
    UnexpectedAnswer,
)
from eventrail_client.retries import TryAgain

LONGEST_ASKED_SECONDS: Final = 60.0
_TRIED_AGAIN: Final = frozenset({429, 502, 503, 504})
_NOTHING_RECORDED: Final = frozenset({ProblemType.BUSY.uri, ProblemType.APPENDS_SUSPENDED.uri})
"""With any other of these answers, a gateway's too, an append may stand all the same."""

_result = msgspec.json.Decoder(AppendResult)
_problem = msgspec.json.Decoder(Problem)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


def problem_of(status: int, body: bytes) -> Problem:
    """The problem document, or one that says what came instead: every refusal has one."""
    try:
        found = _problem.decode(body)
    except msgspec.MsgspecError:
        return Problem(
            "about:blank", "An answer without a problem document", status, body[:200].decode(errors="replace")
        )
    # a document that claims a success would be taken for none of the cases below
    return msgspec.structs.replace(found, status=status) if found.status != status else found


def refusal(problem: Problem, asked_seconds: float | None = None) -> StoreError | TryAgain:
    """What a problem means for the one who asked; a type that came later is told by its status."""
    match problem.type:
        case ProblemType.CONDITION_FAILED.uri if problem.position is not None:
            return ConditionFailed(problem.position, problem)
        case ProblemType.ID_REUSED.uri if problem.position is not None:
            return IdReused(problem.id, problem.position, problem)
        case ProblemType.DISK_FULL.uri:
            return DiskFull(problem.detail or problem.title, problem=problem)
        case _:
            return _by_status(problem, asked_seconds)


def _by_status(problem: Problem, asked_seconds: float | None) -> StoreError | TryAgain:
    status = problem.status
    reason = f"{problem.title} ({status})" + (f": {problem.detail}" if problem.detail else "")
    if status in _TRIED_AGAIN:
        maybe_recorded = problem.type not in _NOTHING_RECORDED
        return TryAgain(reason, maybe_recorded=maybe_recorded, asked_seconds=asked_seconds, problem=problem)
    if status == 401:
        return Unauthorized(problem)
    if status == 403:
        return Forbidden(problem)
    return Rejected(problem) if 400 <= status < 500 else ServerFault(problem)


def refused(answer: Answer) -> StoreError | TryAgain:
    """What an answer that is no success means."""
    if answer.status < 400:
        return UnexpectedAnswer(f"status {answer.status}, which the store never answers")
    return refusal(problem_of(answer.status, answer.body), asked_seconds(answer.headers))


def asked_seconds(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, bounded; None where there is none (a date there counts as none)."""
    text = headers.get("Retry-After", "")
    return min(float(text), LONGEST_ASKED_SECONDS) if text.isdecimal() else None


def result_of(body: bytes) -> AppendResult:
    """The outcome of an append that stands. Raises UnexpectedAnswer."""
    try:
        return _result.decode(body)
    except msgspec.MsgspecError as error:
        raise UnexpectedAnswer(f"the answer to an append is not one: {error}") from None


def outcomes_of(lines: bytes) -> Sequence[AppendResult | StoreError | TryAgain]:
    """The answer to many appends: decoded at once where all of them stand, which is the rule."""
    try:
        return _result.decode_lines(lines)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return [outcome_of(line) for line in lines.split(b"\n")[:-1]]


def outcome_of(line: bytes) -> AppendResult | StoreError | TryAgain:
    """One line of the answer to many appends: a result, or a problem with its status in it."""
    try:
        return _result.decode(line)
    except msgspec.MsgspecError:
        pass
    try:
        return refusal(_problem.decode(line))
    except msgspec.MsgspecError as error:
        return UnexpectedAnswer(f"a line of the answer is neither a result nor a problem: {error}")
