"""The control of what every test here relies on: a reply that the document does not announce is noticed."""

from collections.abc import Mapping

import pytest

from tests.integration.assessment_http import conformity

COMMON = dict.fromkeys(conformity.ALWAYS, "x")
PROBLEM = {**COMMON, "Content-Type": "application/problem+json", "WWW-Authenticate": "Bearer"}
UNAUTHORIZED = b'{"type":"urn:eventrail:problem:unauthorized","title":"t","status":401}'
JSON = {**COMMON, "Content-Type": "application/json"}
SAVED = b'{"question_id":"q","sequence":1}'
SAVE = ("PUT", "/v1/take/answers/q")


def test_what_is_announced_passes() -> None:
    conformity.check("GET", "/v1/take?at_least=1", 401, PROBLEM, UNAUTHORIZED)
    conformity.check(*SAVE, 200, {**JSON, "Eventrail-Position": "1"}, SAVED)
    conformity.check("GET", "/nowhere", 404, PROBLEM, b"{}")


@pytest.mark.parametrize(
    ("request_line", "status", "headers", "body"),
    [
        (("GET", "/v1/take"), 500 + 7, PROBLEM, UNAUTHORIZED),
        (("GET", "/v1/take"), 401, COMMON | {"Content-Type": "application/problem+json"}, UNAUTHORIZED),
        (("GET", "/v1/take"), 401, PROBLEM | {"Content-Type": "application/json"}, UNAUTHORIZED),
        (("GET", "/v1/take"), 401, PROBLEM, UNAUTHORIZED.replace(b"unauthorized", b"forbidden")),
        (("GET", "/v1/take"), 401, PROBLEM, b"{}"),
        (SAVE, 200, JSON, SAVED),
        (SAVE, 200, {**JSON, "Eventrail-Position": "1"}, b'{"question_id":"q","sequence":"1"}'),
        (SAVE, 200, {**JSON, "Eventrail-Position": "1"}, b'{"question_id":"q"}'),
        (("GET", "/nowhere"), 200, JSON, b"{}"),
    ],
)
def test_what_is_not_announced_is_noticed(
    request_line: tuple[str, str], status: int, headers: Mapping[str, str], body: bytes
) -> None:
    with pytest.raises(AssertionError):
        conformity.check(*request_line, status, headers, body)


@pytest.mark.parametrize("missing", conformity.ALWAYS)
def test_a_missing_header_is_noticed(missing: str) -> None:
    headers = {name: value for name, value in PROBLEM.items() if name != missing}
    with pytest.raises(AssertionError, match=missing):
        conformity.check("GET", "/v1/take", 401, headers, UNAUTHORIZED)
