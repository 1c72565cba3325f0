"""From the contracts to the engine's values: the one place that knows both."""

from dataclasses import replace
from typing import Any, Final

import msgspec

from contracts.append import MAX_APPEND_EVENTS, AppendRequest, Condition, NewEvent as NewEventContract
from contracts.envelope import DEFAULT_TYPE
from contracts.problems import ProblemType, problem
from contracts.store import DamageSummary, RecoverySummary, ScrubSummary
from eventrail.http.plain_appends import compact, plain_append
from eventrail.http.queries import Values, one
from eventrail.log.admission import check_append, compact_json
from eventrail.log.errors import Malformed
from eventrail.log.events import Append, ConditionItem, NewEvent, Query, RecoveryReport, ScrubReport
from servicekit.decoding import decode
from servicekit.problems import ProblemRaised

_APPEND: Final = msgspec.json.Decoder(AppendRequest)
_TOO_MANY: Final = f"Expected `array` of length <= {MAX_APPEND_EVENTS}"
_EMPTY_META: Final = b"{}"


def append_of_body(body: bytes) -> Append:
    """A `POST /append` body as an append that may enter the log. Raises `ProblemRaised`, `Malformed`, `TooLarge`."""
    append = plain_append(body)
    return _closely_looked_at(body) if append is None else append


def append_of_document(body: bytes, values: Values, event_id: str) -> Append:
    """The plain door: any JSON document is the data of one event."""
    try:
        data = compact(body)
    except Malformed as error:
        raise Malformed(f"$ ({error.where})", error.reason) from None
    event = NewEvent(one(values, "type", DEFAULT_TYPE), values.get("tag", ()), data, event_id)
    append = Append((event,))
    check_append(append)
    return append


def query_of(values: Values, default_limit: int) -> Query:
    return Query(
        after=one(values, "after", 0),
        before=one(values, "before"),
        limit=one(values, "limit", default_limit),
        types=values.get("type", ()),
        tags=values.get("tag", ()),
        backward=one(values, "order") == "backward",
    )


def query_after(query: Query, after: int) -> Query:
    return replace(query, after=after)


def recovery_summary(report: RecoveryReport) -> RecoverySummary:
    return RecoverySummary(
        events=report.events,
        cut_bytes=report.cut_bytes,
        quarantined=report.quarantine_file,
        seconds=report.seconds,
    )


def scrub_summary(report: ScrubReport) -> ScrubSummary:
    damages = tuple(
        DamageSummary(
            file=f"segments/{damage.file}",
            offset=damage.offset,
            first=damage.first_position,
            last=damage.last_position,
            reason=damage.reason,
        )
        for damage in report.damages
    )
    return ScrubSummary(
        rounds=report.rounds,
        verified_segments=report.verified_segments,
        read_bytes=report.read_bytes,
        last_round_seconds=report.last_round_seconds,
        damages=damages,
    )


def _closely_looked_at(body: bytes) -> Append:
    """The same event by event: it finds the place that is wrong."""
    try:
        request = decode(_APPEND, body)
    except ProblemRaised as raised:
        if raised.body.at == "$.events" and raised.body.detail == _TOO_MANY:
            detail = f"an append has at most {MAX_APPEND_EVENTS} events"
            raise ProblemRaised(problem(ProblemType.PAYLOAD_TOO_LARGE, detail, at="$.events")) from None
        raise
    events = tuple([_event(number, event) for number, event in enumerate(request.events)])
    append = Append(events, _condition(request.condition))
    check_append(append)
    return append


def _event(number: int, event: NewEventContract) -> NewEvent:
    meta = bytes(event.meta)
    return NewEvent(
        event.type,
        event.tags,
        _compact(event.data, f"$.events[{number}].data"),
        event.id,
        meta if meta == _EMPTY_META else _compact(event.meta, f"$.events[{number}].meta"),
    )


def _compact(raw: Any, at: str) -> bytes:
    try:
        return compact_json(bytes(raw))
    except Malformed as error:
        raise Malformed(f"{at} ({error.where})", error.reason) from None


def _condition(condition: Condition | None) -> tuple[ConditionItem, ...]:
    if condition is None:
        return ()
    return tuple(ConditionItem(item.types, item.tags, item.after) for item in condition.fail_if_events_match)
