"""Every problem in the closed list, reported at its place with the value seen."""

import re
from typing import Final

import pytest

from assessment.imports.pipeline import read_file
from assessment.imports.problems import Code
from tests.kit.import_cases import CASES, Case

# what only the process around the child can find out; tests/integration/imports has a file for each
OUTSIDE: Final = {
    Code.FILE_TOO_LARGE,
    Code.TOO_MUCH_MEMORY,
    Code.TOO_SLOW,
    Code.READER_FAILED,
    Code.EXTENSION_DISAGREES,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code.slug}-{case.name}".rstrip("-"))
def test_problem_is_reported_at_its_place(case: Case) -> None:
    outcome = read_file(case.data())

    found = [problem for problem in outcome.problems if problem.code == case.code.slug]
    assert found, outcome.problems
    problem = found[0]
    assert f"{problem.column or ''}{problem.row or ''}" == case.place
    assert problem.seen == case.seen or case.seen is None
    assert problem.message == case.code.sentence
    assert problem.severity == case.code.severity
    assert outcome.errors == (case.code.severity == "error")


def test_every_code_has_a_file() -> None:
    assert {case.code for case in CASES} | OUTSIDE == set(Code)
    assert not {case.code for case in CASES} & OUTSIDE


def test_codes_and_sentences_are_fit_for_readers() -> None:
    for code in Code:
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code.slug)
        assert code.sentence.endswith(".")
        assert len(code.sentence) <= 120
    assert len({code.slug for code in Code}) == len(Code)
