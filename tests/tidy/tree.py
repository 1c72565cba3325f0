"""The files of the project, as its rules see them."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its path from the root, and its text; a made-up one is a control."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def in_src(self) -> bool:
        return "/src/" in self.path

    @property
    def name(self) -> str:
        return Path(self.path).stem


@functools.cache
def files() -> tuple[Source, ...]:
    """All text files that git tracks or would track."""
    # a clone that belongs to another account is none of git's worries here
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(_read(name for name in sorted(set(listed.split("\0"))) if name))


def python_files() -> tuple[Source, ...]:
    return tuple(source for source in files() if source.path.endswith(".py"))


def src_files() -> tuple[Source, ...]:
    return tuple(source for source in python_files() if source.in_src)


def suite_files() -> tuple[Source, ...]:
    return tuple(source for source in python_files() if source.path.startswith("tests/"))


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called_name(call: ast.Call) -> str:
    """The last part of what is called: `raises` of pytest.raises(…)."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _read(names: Iterator[str]) -> Iterator[Source]:
    for name in names:
        path = ROOT / name
        if path.is_symlink() or not path.is_file():
            continue
        try:
            yield Source(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
