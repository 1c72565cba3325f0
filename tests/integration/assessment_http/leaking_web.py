"""`assessment serve` without the database's walls and one of its own, named by the argument: for the matrix to catch.

It is told the database owner's URL, and takes no role there: behind row-level security the leaks would show nothing.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from assessment.cli import main
from assessment.domain import owned
from assessment.domain.state import AssessmentState, InviteState, State
from assessment.http import problems
from assessment.read_models import connections, queries_assessments as queries
from assessment.settings import DatabaseSettings

FILTER = "live.assessments.employer_id = $1::UUID"
known_assessment = owned.own_assessment
known_session = connections.session
missing = problems.NOTHING_HERE


def put(known: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Replace a function wherever it was imported to, and where it will be."""
    for module in list(sys.modules.values()):
        if getattr(module, known.__name__, None) is known:
            setattr(module, known.__name__, other)


def any_invite(state: State, employer_id: str, assessment_id: str, invite_id: str) -> InviteState:
    invite = state.invites.get(invite_id)
    if invite is None:
        raise owned.not_found()
    return invite


def told_assessment(
    state: State, employer_id: str, assessment_id: str, expected_position: int | None = None
) -> AssessmentState:
    words = "This is not yours." if assessment_id in state.assessments else missing
    problems.NOTHING_HERE = words  # type: ignore[misc]
    return known_assessment(state, employer_id, assessment_id, expected_position)


def without_role(
    settings: DatabaseSettings, purpose: str, *, role: Any = None, read_only: bool = False
) -> dict[str, str]:
    return known_session(settings, purpose, read_only=read_only)


def read_anybodys() -> None:
    """A query without its employer."""
    text = queries._ONE.text
    assert text.count(FILTER) == 1, text
    queries._ONE = replace(queries._ONE, text=text.replace(FILTER, "$1::UUID IS NOT NULL"))  # type: ignore[misc]


def write_anybodys() -> None:
    """A command that takes whatever invite it is named."""
    put(owned.own_invite, any_invite)


def tell_that_it_exists() -> None:
    """A refusal with other words for what is somebody else's."""
    put(known_assessment, told_assessment)


LEAKS: dict[str, Callable[[], None]] = {
    "read": read_anybodys,
    "write": write_anybodys,
    "tell": tell_that_it_exists,
}

if __name__ == "__main__":
    put(known_session, without_role)
    LEAKS[sys.argv[1]]()
    sys.exit(main(["serve"], os.environ))
