"""Only where a process begins is its environment read; everything else is told."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.tidy.tree import Source, src_files

READERS = {"environ", "environb", "getenv", "getenvb"}
BEGINNINGS = {"main", "web", "projector", "cli", "__main__"}
BEGINNINGS_BY_PATH = {"shared/src/embedded/up.py", "shared/src/embedded/compose_secrets.py"}


def readers(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        if source.name in BEGINNINGS or source.path in BEGINNINGS_BY_PATH:
            continue
        for node in ast.walk(source.tree):
            match node:
                case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in READERS:
                    yield f"{source.path}:{node.lineno}"
                case ast.ImportFrom(module="os", names=names) if READERS & {alias.name for alias in names}:
                    yield f"{source.path}:{node.lineno}"


def test_only_beginnings_read_the_environment() -> None:
    assert list(readers(src_files())) == []


@pytest.mark.parametrize(
    "text", ["import os\nx = os.environ['A']", "import os\nx = os.getenv('A')", "from os import environ"]
)
def test_control_a_reader_is_found(text: str) -> None:
    assert len(list(readers([Source("a/src/b/c.py", text)]))) == 1
    assert list(readers([Source("a/src/b/cli.py", text)])) == []
    assert list(readers([Source("a/src/b/c.py", "import os\nx = os.getpid()")])) == []
