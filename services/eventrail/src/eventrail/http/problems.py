"""The engine's refusals as problems: the one table from the log's facts to HTTP."""

from typing import Final, assert_never

from contracts.append import AppendResult
from contracts.problems import Problem, ProblemType, problem
from eventrail.http.exchange import Answer, problem_answer
from eventrail.log.errors import (
    AppendsSuspended,
    DiskFull,
    LogError,
    Malformed,
    QueueFull,
    RangeDamaged,
    SyncFailed,
    TooLarge,
)
from eventrail.log.events import AfterBeyondHead, Appended, ConditionFailed, IdReused, LineTooLarge, Outcome, Replayed
from eventrail.log.limits import LINE_BYTES

RETRY_SECONDS: Final = {
    ProblemType.BUSY: 1,
    ProblemType.UNAVAILABLE: 2,
    ProblemType.DISK_FULL: 5,
    ProblemType.APPENDS_SUSPENDED: 5,
}

Refusal = IdReused | ConditionFailed | AfterBeyondHead | LineTooLarge


def result_of(outcome: Outcome) -> AppendResult | Problem:
    """What an append that came to the writer is answered."""
    if isinstance(outcome, Appended):
        return AppendResult(outcome.first, outcome.last, replayed=False)
    if isinstance(outcome, Replayed):
        return AppendResult(outcome.first, outcome.last, replayed=True)
    return of_refusal(outcome)


def of_refusal(refusal: Refusal) -> Problem:
    match refusal:
        case IdReused(id=event_id, position=position):
            detail = "an event with this id stands already, not as this append would have it"
            return problem(ProblemType.ID_REUSED, detail, event_id=event_id, position=position)
        case ConditionFailed(position=position):
            detail = f"the latest event that matches is at position {position}"
            return problem(ProblemType.CONDITION_FAILED, detail, position=position)
        case AfterBeyondHead(item=item, after=after, head=head):
            at = f"$.condition.fail_if_events_match[{item}].after"
            detail = f"the log has not reached it, its head is {head}"
            return problem(ProblemType.MALFORMED, detail, at=at, seen=str(after))
        case LineTooLarge(event=event, size_bytes=size_bytes):
            detail = f"an event's line may have {LINE_BYTES} bytes"
            return problem(ProblemType.PAYLOAD_TOO_LARGE, detail, at=f"$.events[{event}]", seen=str(size_bytes))
        case _:
            assert_never(refusal)


def of_error(error: LogError) -> Problem:  # noqa: PLR0911 - a table, one answer for each refusal
    """What a client may know of it: places in its own request, positions, never a path of the server."""
    match error:
        case Malformed(where=where, reason=reason):
            return problem(ProblemType.MALFORMED, reason, at=_from_root(where))
        case TooLarge(where=where, size=size, limit=limit):
            return problem(ProblemType.PAYLOAD_TOO_LARGE, f"the limit is {limit}", at=_from_root(where), seen=str(size))
        case QueueFull():
            return problem(ProblemType.BUSY, "too many appends are waiting for the disk")
        case DiskFull():
            return problem(ProblemType.DISK_FULL)
        case AppendsSuspended(reason=reason):
            return problem(ProblemType.APPENDS_SUSPENDED, reason)
        case SyncFailed():
            return problem(ProblemType.UNAVAILABLE, "the disk failed; whether this append stands is unknown")
        case RangeDamaged(first_position=first, last_position=last):
            detail = f"the positions {first} to {last} can't be served"
            return problem(ProblemType.RANGE_DAMAGED, detail, position=first)
        case _:
            return problem(ProblemType.UNAVAILABLE)


def answer_of_error(error: LogError) -> Answer:
    return problem_answer_with_retry(of_error(error))


def problem_answer_with_retry(body: Problem) -> Answer:
    for kind, seconds in RETRY_SECONDS.items():
        if body.type == kind.uri:
            return problem_answer(body, {"Retry-After": str(seconds)})
    return problem_answer(body)


def _from_root(where: str) -> str:
    return where if where.startswith("$") else f"$.{where}"
