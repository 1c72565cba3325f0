import uuid

import msgspec

from assessment.app.envelope import CommandEnvelope
from assessment.app.recording import condition_of, events_of
from assessment.domain.boundaries import ASSESSMENT, CANDIDATE, INVITE, BoundaryRef, Reach
from assessment.read_models.boundary_rows import Begun, BoundaryRow
from contracts.append import MAX_CONDITION_ITEMS
from contracts.events import AssessmentDeleted, CommandMeta
from tests.integration.assessment_app.world import NOW

KEY = "0198c0de-0000-5000-8000-000000000001"
FACT = AssessmentDeleted(assessment_id="a1", employer_id="e1", at=NOW)


def test_ids_come_from_the_key_and_the_ordinal_so_that_appending_again_is_the_same_append() -> None:
    envelope = CommandEnvelope(KEY, "f" * 64, "employer:e1", "correlation", "trace")
    events = events_of(envelope, [FACT, FACT])
    assert events == events_of(envelope, [FACT, FACT])
    assert [event.id for event in events] == [str(uuid.uuid5(uuid.UUID(KEY), str(number))) for number in (0, 1)]
    assert events[0].tags == ("employer:e1", "assessment:a1")
    meta = msgspec.json.decode(events[0].meta, type=CommandMeta)
    assert (meta.key, meta.fingerprint, meta.actor) == (KEY, "f" * 64, "employer:e1")


def test_after_is_the_greater_of_checkpoint_and_stamp_and_the_checkpoint_for_a_row_that_is_not_there() -> None:
    behind, ahead, absent = (BoundaryRef(CANDIDATE, name) for name in ("behind", "ahead", "absent"))
    relied = BoundaryRef(ASSESSMENT, "a1")
    begun = Begun(10, {behind: BoundaryRow(7, ""), ahead: BoundaryRow(12, ""), relied: BoundaryRow(11, "")})
    items = condition_of(Reach("e1", (behind, ahead, absent), (relied,)), begun).fail_if_events_match
    assert {(item.tags, item.after) for item in items} == {
        (("candidate:behind",), 10),
        (("candidate:ahead",), 12),
        (("candidate:absent",), 10),
        (("assessment:a1",), 11),
    }
    assert {item.types for item in items} == {CANDIDATE.types, ASSESSMENT.types}


def test_one_item_stands_for_a_kind_of_boundary_only_beyond_the_limit() -> None:
    for count in (MAX_CONDITION_ITEMS - 1, MAX_CONDITION_ITEMS, MAX_CONDITION_ITEMS + 1):
        invites = tuple(BoundaryRef(INVITE, f"{number:02}") for number in range(count - 1))
        begun = Begun(5, {ref: BoundaryRow(number, "") for number, ref in enumerate(invites)})
        reach = Reach("e1", invites, (BoundaryRef(ASSESSMENT, "a1"),))
        items = condition_of(reach, begun).fail_if_events_match
        if count <= MAX_CONDITION_ITEMS:
            assert len(items) == count
            continue
        assert [(item.tags, item.after, item.types) for item in items] == [
            (("employer:e1",), 5, ASSESSMENT.types),
            (("employer:e1",), 5, INVITE.types),
        ]
