"""docs/access.md tells the roles, limits and kinds that the service has."""

import re
from pathlib import Path

from assessment.app.audit import MAX_LOOKED_AT
from assessment.domain.boundaries import OUTSIDE
from assessment.domain.roles import LADDER
from assessment.http.audit import KINDS
from assessment.http.token_buckets import MAX_BUCKETS
from assessment.settings import LimitSettings
from contracts.assessment.limits import DEFAULT_OVERLAP_SECONDS, MAX_OVERLAP_SECONDS
from contracts.problems import ProblemType

DOCUMENT = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
WORDS = " ".join(DOCUMENT.split())


def test_the_roles_are_told_in_their_order() -> None:
    assert tuple(re.findall(r"^\| `(\w+)` \| (?:read|all)", DOCUMENT, re.MULTILINE)) == LADDER


def test_the_limits_are_the_defaults_of_the_settings() -> None:
    told = [int(number.replace(",", "")) for number in re.findall(r"^\|.*\| ([\d,]+) \|$", DOCUMENT, re.MULTILINE)]
    limits = LimitSettings()
    assert told == [
        limits.public_requests_per_minute,
        limits.failed_authentications_per_minute,
        limits.mailed_codes_per_minute,
        limits.take_requests_per_minute,
        limits.key_requests_per_minute,
    ]
    for number in (MAX_LOOKED_AT, MAX_BUCKETS):
        assert f"{number:,}" in DOCUMENT


def test_the_overlap_is_told() -> None:
    assert f"{DEFAULT_OVERLAP_SECONDS // 3600} hours" in DOCUMENT
    assert f"{MAX_OVERLAP_SECONDS // 86_400} days" in DOCUMENT


def test_what_the_trail_is_about_is_told() -> None:
    (told,) = re.findall(r"each as `<kind>:<id>`, of ((?:`\w+`,? ?)+)\.", WORDS)
    assert tuple(re.findall(r"\w+", told)) == KINDS
    assert all(f"`{event_type}`" in DOCUMENT for event_type in OUTSIDE)


def test_the_problems_are_told() -> None:
    for kind in (ProblemType.FORBIDDEN, ProblemType.LAST_OWNER_KEY, ProblemType.TOO_MANY_REQUESTS):
        assert f"{kind.status} `{kind.slug}`" in WORDS
