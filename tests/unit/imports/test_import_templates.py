"""The templates that are downloaded: as their script makes them, importable as they are, one question of each kind."""

import pytest

from assessment.http.import_templates import TEMPLATES
from assessment.imports.layouts import COLUMNS
from assessment.imports.pipeline import read_file
from tests.kit.import_templates import EXAMPLES, csv_template, xlsx_template
from tests.kit.workbooks import parts


def test_templates_are_what_the_script_makes() -> None:
    assert TEMPLATES["csv"] == csv_template()
    assert parts(TEMPLATES["xlsx"]) == parts(xlsx_template())


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_template_is_taken_as_it_is(name: str) -> None:
    outcome = read_file(TEMPLATES[name])
    assert outcome.problems == ()
    assert len(outcome.questions) == len(EXAMPLES)
    assert {one.kind for one in outcome.questions} == {"single", "multiple", "true_false", "text", "numeric", "essay"}
    assert outcome.titles == COLUMNS


def test_both_templates_give_the_same_questions() -> None:
    assert read_file(TEMPLATES["csv"]).questions == read_file(TEMPLATES["xlsx"]).questions
