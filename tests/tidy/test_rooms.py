"""Every file of src is in a room that the layout names, under a name that says what it holds."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath

import pytest

from tests.tidy.tree import Source, src_files

# package: its rooms; a package's own files stand in ""
ROOMS = {
    "contracts": {"", "assessment", "events"},
    "eventrail_client": {""},
    "servicekit": {""},
    "embedded": {""},
    "eventrail": {"", "checkpoints", "commands", "http", "log", "publisher", "telemetry"},
    "assessment": {
        "",
        "app",
        "commands",
        "domain",
        "http",
        "imports",
        "mail",
        "migrations",
        "projections",
        "read_models",
    },
}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base_service", "common", "misc"}


def strays(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        package, *rest = PurePath(source.path.partition("/src/")[2]).parts
        room = rest[0] if len(rest) > 1 else ""
        if room not in ROOMS.get(package, set()):
            yield source.path


def empty_names(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        parts = {PurePath(part).stem for part in PurePath(source.path).parts}
        if parts & EMPTY_NAMES or any(part.endswith(("_utils", "_helpers", "_manager")) for part in parts):
            yield source.path


def test_every_file_is_in_a_room() -> None:
    assert list(strays(src_files())) == []


def test_no_file_has_an_empty_name() -> None:
    assert list(empty_names(src_files())) == []


@pytest.mark.parametrize("path", ["shared/src/embedded/x/y.py", "shared/src/other/y.py"])
def test_control_a_stray_is_found(path: str) -> None:
    assert list(strays([Source(path, "")])) == [path]


@pytest.mark.parametrize("path", ["a/src/b/utils.py", "a/src/b/helpers/c.py", "a/src/b/key_manager.py"])
def test_control_an_empty_name_is_found(path: str) -> None:
    assert list(empty_names([Source(path, "")])) == [path]
    assert list(empty_names([Source("shared/src/embedded/child.py", "")])) == []
