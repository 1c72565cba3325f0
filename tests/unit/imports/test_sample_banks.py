"""The sample banks in docs: as their script makes them, without a problem, the same questions in both."""

from assessment.imports.pipeline import read_file
from tests.kit.sample_banks import ROWS, SAMPLES, csv_bytes, xlsx_bytes
from tests.kit.workbooks import parts

CSV = SAMPLES / "questions.csv"
XLSX = SAMPLES / "questions.xlsx"


def test_samples_are_what_the_script_makes() -> None:
    assert CSV.read_bytes() == csv_bytes()
    assert parts(XLSX.read_bytes()) == parts(xlsx_bytes())
    assert xlsx_bytes() == xlsx_bytes()


def test_both_samples_give_the_same_questions() -> None:
    from_csv, from_xlsx = read_file(CSV.read_bytes()), read_file(XLSX.read_bytes())
    assert from_csv.problems == from_xlsx.problems == ()
    assert from_csv.questions == from_xlsx.questions
    assert len(from_csv.questions) == len(ROWS)


def test_samples_hold_what_imports_stumble_over() -> None:
    questions = read_file(CSV.read_bytes()).questions
    text = "".join(question.prompt + question.explanation for question in questions)
    assert {question.kind for question in questions} == {"single", "multiple", "true_false", "text", "numeric", "essay"}
    for trap in ("🚀", "日本", "مصر", "\N{COMBINING ACUTE ACCENT}", '"', ",", "\n", ";"):
        assert trap in text
