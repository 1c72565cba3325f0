"""What stands behind a bad line, and what counts as a whole line of whatever log."""

import pytest

from eventrail.log.limits import NESTING_LEVELS
from eventrail.log.line import form_line, genesis
from eventrail.log.scanning import Aftermath, Problem, Scan, is_whole, survey
from tests.kit.logs import event, numbered_id

BAD = b"not a line\n"


def line(position: int, synced: int, data: bytes = b"1", commit: int | None = None) -> bytes:
    """A line by its shape; its hash closes over nothing."""
    time = "2026-11-22T12:00:00.000000Z"
    commit = commit or position
    return form_line(event(data), numbered_id(position), position, time, commit, synced, "0" * 64)[0]


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ([], Aftermath(-1, None)),
        ([BAD], Aftermath(-1, None)),
        ([line(6, 4)], Aftermath(4, 6)),
        ([line(5, 4)], Aftermath(4, None)),
        ([line(5, 4), line(3, 0), line(7, 6), line(6, 4)], Aftermath(6, 7)),
        ([BAD, line(8, 6), line(9, 3)], Aftermath(6, 8)),
        ([line(6, 0)], Aftermath(0, 6)),
        ([line(6, 4)[:-1]], Aftermath(-1, None)),
    ],
)
def test_behind_a_bad_line_the_highest_sync_and_the_next_position_are_found(
    behind: list[bytes], found: Aftermath
) -> None:
    """A position that is not above the bad line's is no next one: it is the line itself, or an old one."""
    assert survey(enumerate([BAD, *behind]), 5) == found


def test_where_nothing_stands_nothing_is_claimed() -> None:
    assert survey([], 5) == Aftermath(-1, None)


def test_a_bad_line_may_claim_a_sync_itself() -> None:
    assert survey(enumerate([b"\0" + line(9, 6)]), 5) == Aftermath(6, None)


@pytest.mark.parametrize(("levels", "whole"), [(NESTING_LEVELS, True), (NESTING_LEVELS + 1, False)])
def test_a_whole_line_holds_data_nested_up_to_its_limit(*, levels: int, whole: bool) -> None:
    assert is_whole(line(1, 0, b"[" * levels + b"]" * levels)) == whole


def test_a_line_that_states_a_key_twice_is_whole_all_the_same() -> None:
    """Admission refuses it, but it is JSON, and was once written so by somebody."""
    assert is_whole(line(1, 0, b'{"a":1,"a":2}'))


def test_a_scan_reads_whole_appends_and_names_what_stops_it() -> None:
    previous = genesis(numbered_id(0))
    first, line_hash = form_line(event(b"1"), numbered_id(1), 1, "2026-11-22T12:00:00.000000Z", 1, 0, previous.hash)
    second, _ = form_line(event(b"2"), numbered_id(2), 2, "2026-11-22T12:00:00.000000Z", 3, 1, line_hash)
    scan = Scan(previous, 7)
    (one,) = scan.appends([(7, first), (7 + len(first), second)])
    assert [raw for _, raw in one] == [first]
    assert (scan.whole.position, scan.whole_end, scan.reached) == (1, 7 + len(first), 2)
    assert scan.problem == Problem(7 + len(first), 2, "the append is incomplete", misplaced=False)


def test_a_whole_line_of_another_position_is_told_as_misplaced() -> None:
    previous = genesis(numbered_id(0))
    third, _ = form_line(event(b"3"), numbered_id(3), 3, "2026-11-22T12:00:00.000000Z", 3, 2, previous.hash)
    scan = Scan(previous)
    assert list(scan.appends([(0, third)])) == []
    assert scan.problem == Problem(0, 1, "position 3 stands where 1 belongs", misplaced=True)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(bytes(9) + b"x", "the line has no end"), (b"\0\n", "not the shape of a line"), (b"x", "the line has no end")],
)
def test_only_zeros_to_the_end_are_nothing(raw: bytes, reason: str) -> None:
    scan = Scan(genesis(numbered_id(0)))
    assert list(scan.appends([(0, bytes(9))])) == []
    assert (scan.problem, scan.whole_end, scan.reached) == (None, 0, 0)
    assert list(scan.appends([(0, raw)])) == []
    assert scan.problem == Problem(0, 1, reason)
