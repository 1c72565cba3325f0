"""A file says one thing and fits on a few screens; so does a function; its first line is its caption."""

import ast
from collections.abc import Iterable, Iterator

from tests.tidy.tree import Source, functions, src_files

FILE_LINES = 300
FUNCTION_LINES = 50
CAPTION_CHARACTERS = 120


def long_files(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        if (lines := len(source.text.splitlines())) > FILE_LINES:
            yield f"{source.path}: {lines} lines"


def long_functions(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        for function in functions(source):
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{source.path}:{function.lineno} {function.name}: {lines} lines"


def without_caption(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        caption = (ast.get_docstring(source.tree) or "").partition("\n")[0]
        if source.tree.body and not (0 < len(caption) <= CAPTION_CHARACTERS):
            yield f"{source.path}: {caption!r}"


def made_up(lines: int) -> Source:
    return Source("shared/src/x/x.py", '"""A caption."""\n' + "x = 1\n" * (lines - 1))


def made_up_function(lines: int) -> Source:
    return Source("shared/src/x/x.py", "def f() -> None:\n" + "    x = 1\n" * (lines - 1))


def test_files_are_short() -> None:
    assert list(long_files(src_files())) == []


def test_control_a_file_one_line_too_long_is_found() -> None:
    assert list(long_files([made_up(FILE_LINES)])) == []
    assert list(long_files([made_up(FILE_LINES + 1)])) == ["shared/src/x/x.py: 301 lines"]


def test_functions_are_short() -> None:
    assert list(long_functions(src_files())) == []


def test_control_a_function_one_line_too_long_is_found() -> None:
    assert list(long_functions([made_up_function(FUNCTION_LINES)])) == []
    assert list(long_functions([made_up_function(FUNCTION_LINES + 1)])) == ["shared/src/x/x.py:1 f: 51 lines"]


def test_every_file_begins_with_its_caption() -> None:
    assert list(without_caption(src_files())) == []


def test_control_a_file_without_a_caption_is_found() -> None:
    assert list(without_caption([Source("a.py", "x = 1\n")])) == ["a.py: ''"]
    assert list(without_caption([Source("a.py", '"""\nLate."""\n'), Source("b.py", "")])) == []
    assert len(list(without_caption([Source("a.py", f'"""{"x" * 121}"""\n')]))) == 1


def test_there_is_something_to_look_at() -> None:
    assert len(src_files()) > 50
