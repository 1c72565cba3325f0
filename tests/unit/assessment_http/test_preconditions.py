import pytest

from assessment.http.preconditions import MATCHES_NOTHING, entity_tag, expected_position, is_known
from servicekit.problems import ProblemRaised


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"0"', 0),
        (' "42" ', 42),
        ("*", None),
        ('W/"42"', MATCHES_NOTHING),
        ('"042"', MATCHES_NOTHING),
        ('"x"', MATCHES_NOTHING),
        ('""', MATCHES_NOTHING),
        ('"1", "2"', MATCHES_NOTHING),
        ('"9999999999999999999"', MATCHES_NOTHING),
    ],
)
def test_if_match_names_one_position_or_none(header: str, expected: int | None) -> None:
    assert expected_position({"if-match": header}, needed=True) == expected


@pytest.mark.parametrize("header", ["", "42", '"42', "'42'", '"1" "2"', '"a\nb"'])
def test_what_is_no_entity_tag_is_refused(header: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        expected_position({"if-match": header}, needed=False)
    assert (raised.value.body.status, raised.value.body.at) == (400, "If-Match")


def test_a_missing_if_match_is_refused_only_where_it_is_needed() -> None:
    assert expected_position({}, needed=False) is None
    with pytest.raises(ProblemRaised) as raised:
        expected_position({}, needed=True)
    assert raised.value.body.status == 428


@pytest.mark.parametrize(
    ("header", "known"),
    [('"7"', True), ('W/"7"', True), ('"6", "7"', True), ("*", True), ('"70"', False), ("7", False), ("", False)],
)
def test_if_none_match_knows_what_stands(header: str, known: bool) -> None:  # noqa: FBT001 (a case's value)
    assert is_known({"if-none-match": header}, 7) is known
    assert entity_tag(7) == '"7"'
