"""What must not be written anywhere: promises, silenced checks without a reason, tests that do not run."""

import re
from collections.abc import Iterable, Iterator

from tests.tidy.tree import Source, files, python_files, src_files, suite_files

# put together here, so that this file is not a finding of its own
IGNORED_TYPE = re.compile(r"#\s*type:\s*" + "ignore")
PROMISE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
SILENCED = re.compile(r"#\s*no" + r"qa\b(?!: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*( -)? [\w(])")
NOT_RUN = re.compile(
    r"pytest\.(" + "|".join(("sk" + "ip", "xf" + "ail", "import" + "orskip")) + r")|mark\.(sk" + "ip|xf" + "ail)"
)


def found(pattern: re.Pattern[str], sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            if pattern.search(line):
                yield f"{source.path}:{number}: {line.strip()}"


def is_found(pattern: re.Pattern[str], line: str) -> bool:
    return bool(list(found(pattern, [Source("a.py", line)])))


def test_no_type_is_ignored_in_src() -> None:
    assert list(found(IGNORED_TYPE, src_files())) == []


def test_no_promises() -> None:
    ours = [source for source in files() if not source.path.endswith((".lock", "LICENSE"))]
    assert list(found(PROMISE, ours)) == []


def test_each_silenced_lint_says_why() -> None:
    assert list(found(SILENCED, python_files())) == []


def test_every_test_runs() -> None:
    assert list(found(NOT_RUN, suite_files())) == []


def test_controls() -> None:
    assert is_found(IGNORED_TYPE, "x = y  # type: " + "ignore[misc]")
    assert is_found(PROMISE, "# TO" + "DO later")
    assert is_found(SILENCED, "x = 1  # no" + "qa")
    assert is_found(SILENCED, "x = 1  # no" + "qa: S101")
    assert not is_found(SILENCED, "x = 1  # no" + "qa: S101, E501 - a reason")
    assert is_found(NOT_RUN, "@pytest.mark.sk" + "ipif(True)")
    assert is_found(NOT_RUN, "pytest.xf" + "ail('later')")
