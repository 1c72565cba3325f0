"""A decision's facts as one append: ids from the command's key, tags, meta, and the condition that fences it."""

from collections.abc import Sequence

import msgspec

from assessment.app.envelope import CommandEnvelope
from assessment.domain.boundaries import Boundary, BoundaryRef, Reach
from assessment.domain.derived_ids import derived_id
from assessment.domain.tags import tags_of
from assessment.read_models.boundary_rows import Begun
from contracts.append import MAX_CONDITION_ITEMS, Condition, ConditionItem, NewEvent
from contracts.events import CommandMeta, Fact, encode_data, type_of


def events_of(envelope: CommandEnvelope, facts: Sequence[Fact]) -> tuple[NewEvent, ...]:
    """The same envelope and facts give the same bytes, so appending again is harmless."""
    meta = msgspec.Raw(
        msgspec.json.encode(
            CommandMeta(
                key=envelope.key,
                fingerprint=envelope.fingerprint or "",
                actor=envelope.actor,
                correlation_id=envelope.correlation_id,
                traceparent=envelope.traceparent,
            )
        )
    )
    return tuple(
        NewEvent(
            data=msgspec.Raw(encode_data(fact)),
            type=type_of(fact),
            tags=tags_of(fact),
            id=derived_id(envelope.key, str(ordinal)),
            meta=meta,
        )
        for ordinal, fact in enumerate(facts)
    )


def condition_of(reach: Reach, begun: Begun) -> Condition:
    """No event of any boundary after P, the greater of the checkpoint and the stamp on its row.

    Where there are more boundaries than a condition has items, one item stands for all of a kind within the employer,
    from the smallest P among them: that refuses more than it must, and never less.
    """
    positions = {ref: _after(ref, begun) for ref in (*reach.locked, *reach.relied)}
    if len(positions) <= MAX_CONDITION_ITEMS:
        return Condition(tuple(_item(ref.boundary, ref.tag, after) for ref, after in sorted(positions.items())))
    smallest: dict[Boundary, int] = {}
    for ref, after in positions.items():
        smallest[ref.boundary] = min(after, smallest.get(ref.boundary, after))
    employer = f"employer:{reach.employer_id}"
    return Condition(tuple(_item(boundary, employer, after) for boundary, after in sorted(smallest.items())))


def _after(ref: BoundaryRef, begun: Begun) -> int:
    row = begun.rows.get(ref)
    return begun.checkpoint if row is None else max(begun.checkpoint, row.position)


def _item(boundary: Boundary, tag: str, after: int) -> ConditionItem:
    return ConditionItem(types=boundary.types, tags=(tag,), after=after)
