"""A test that asserts nothing proves nothing."""

import ast
from collections.abc import Iterable, Iterator

from tests.tidy.tree import Source, called_name, functions, suite_files

ASSERTING_CALLS = {"raises", "fail", "warns"}


def idle_tests(sources: Iterable[Source]) -> Iterator[str]:
    sources = tuple(sources)
    asserting = {
        function.name
        for source in sources
        for function in functions(source)
        if not function.name.startswith("test_") and asserts(function, frozenset())
    }
    for source in sources:
        for function in functions(source):
            if function.name.startswith("test_") and not asserts(function, frozenset(asserting)):
                yield f"{source.path}:{function.lineno} {function.name}"


def asserts(function: ast.FunctionDef | ast.AsyncFunctionDef, asserting: frozenset[str]) -> bool:
    """Itself, or through a function that does: `asserting` are the names of those."""
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and called_name(node) in ASSERTING_CALLS | asserting)
        for node in ast.walk(function)
    )


def test_every_test_asserts() -> None:
    assert list(idle_tests(suite_files())) == []


def test_control_an_idle_test_is_found() -> None:
    idle = Source("a.py", "def test_a() -> None:\n    work()\n\nasync def test_b() -> None:\n    await work()\n")
    assert list(idle_tests([idle])) == ["a.py:1 test_a", "a.py:4 test_b"]
    busy = Source("a.py", "def test_a() -> None:\n    with pytest.raises(OSError):\n        work()\n")
    assert list(idle_tests([busy])) == []
    through = Source("a.py", "def refused() -> None:\n    assert work()\n\ndef test_a() -> None:\n    refused()\n")
    assert list(idle_tests([through])) == []
