from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from assessment.projections.changes import Change, Delete, Insert, Update, Upsert
from assessment.projections.folding import Net, RowUnexpected, changed_row
from assessment.projections.live import grouped
from assessment.projections.row_statements import arguments_of, shape_of, statement_of

KEY = {"id": "e1"}
ROW = {"id": "e1", "name": "n", "active_count": 0}


def folded(*changes: Change) -> Change | None:
    net = Net()
    net.take(changes)
    return net.rows["employers"].get(("e1",))


INSERT = Insert("employers", ROW)
RENAME = Update("employers", KEY, {"name": "m"})
COUNT = Update("employers", KEY, add={"active_count": 1})
DELETE = Delete("employers", KEY)


@pytest.mark.parametrize(
    ("changes", "net"),
    [
        ([INSERT, RENAME, COUNT], Insert("employers", {"id": "e1", "name": "m", "active_count": 1})),
        ([COUNT, RENAME, COUNT], Update("employers", KEY, {"name": "m"}, {"active_count": 2})),
        ([INSERT, DELETE], None),
        ([COUNT, DELETE], DELETE),
        ([DELETE, INSERT], Upsert("employers", ROW)),
        ([INSERT, Upsert("employers", ROW)], INSERT),
        ([Upsert("employers", ROW), COUNT], Upsert("employers", {**ROW, "active_count": 1})),
        (
            [Update("employers", KEY, {"active_count": 5}), COUNT],
            Update("employers", KEY, {"active_count": 6}),
        ),
        (
            [COUNT, Update("employers", KEY, {"active_count": 5})],
            Update("employers", KEY, {"active_count": 5}),
        ),
    ],
)
def test_two_changes_of_a_row_become_one(changes: list[Change], net: Change | None) -> None:
    assert folded(*changes) == net


@pytest.mark.parametrize("changes", [[INSERT, INSERT], [DELETE, COUNT], [DELETE, RENAME]])
def test_a_change_that_does_not_fit_is_told(changes: list[Change]) -> None:
    with pytest.raises(RowUnexpected):
        folded(*changes)


def carried_out(changes: Sequence[Change], rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One change after the other, as the words of `changes` say."""
    for change in changes:
        match change:
            case Insert(_, row) | Upsert(_, row):
                rows[row["id"]] = dict(row)
            case Update(_, key):
                rows[key["id"]] = changed_row(rows[key["id"]], change)
            case Delete(_, key):
                del rows[key["id"]]
    return rows


@pytest.mark.parametrize("seed", range(200))
def test_net_changes_do_what_the_changes_do_one_by_one(seed: int) -> None:
    random = Random(seed)
    before = {name: {"id": name, "name": "old", "active_count": 3} for name in "abc"}
    standing, changes = set(before), list[Change]()
    for _ in range(random.randrange(1, 12)):
        name = random.choice("abcd")
        key = {"id": name}
        row = {"id": name, "name": str(random.random()), "active_count": random.randrange(9)}
        if name not in standing:
            changes.append(Insert("employers", row))
            standing.add(name)
        elif random.random() < 0.2:
            changes.append(Delete("employers", key))
            standing.discard(name)
        elif random.random() < 0.3:
            changes.append(Upsert("employers", row))
        elif random.random() < 0.5:
            changes.append(Update("employers", key, {"name": str(random.random())}))
        else:
            changes.append(Update("employers", key, add={"active_count": random.randrange(-3, 4)}))
    net = Net()
    net.take(changes)
    one_by_one = carried_out(changes, {name: dict(row) for name, row in before.items()})
    at_once = carried_out(list(net.rows["employers"].values()), {name: dict(row) for name, row in before.items()})
    assert at_once == one_by_one


def test_groups_go_parents_first_and_deletions_last_children_first() -> None:
    net = Net()
    net.take([Delete("assessments", {"id": "a"}), Delete("versions", {"assessment_id": "a", "version": 1}), INSERT])
    assert [(shape.kind, shape.table) for shape, _ in grouped(net)] == [
        ("insert", "employers"),
        ("delete", "versions"),
        ("delete", "assessments"),
    ]


def test_rows_of_one_shape_go_together_in_the_order_of_their_keys() -> None:
    net = Net()
    net.take(Update("employers", {"id": name}, add={"active_count": 1}) for name in "cab")
    ((shape, changes),) = grouped(net)
    assert shape.many
    assert [change.key["id"] for change in changes if isinstance(change, Update)] == ["a", "b", "c"]
    assert arguments_of([shape], [changes]) == {"0_key_id": ["a", "b", "c"], "0_add_active_count": [1, 1, 1]}


def test_a_shape_is_compiled_once() -> None:
    shapes = (shape_of(INSERT),)
    assert statement_of("live", shapes) is statement_of("live", shapes)
    assert "live.employers" in statement_of("live", shapes).text
    assert "next.employers" in statement_of("next", shapes).text
