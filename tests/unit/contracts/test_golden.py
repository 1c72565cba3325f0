"""The documents in the repository are those that the code would write now."""

import shutil
from pathlib import Path

import pytest

from tests.kit.golden import CONTRACTS, KEPT_IN, differences, golden, write


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in KEPT_IN:
        shutil.copytree(CONTRACTS / folder, tmp_path / folder)
    return tmp_path


def test_the_documents_are_up_to_date() -> None:
    assert differences() == [], "run `just golden`, and look at what changed"


def test_generating_twice_gives_the_same_bytes() -> None:
    assert golden() == golden()


def test_a_change_is_noticed_and_mended(copy: Path) -> None:
    assert differences(copy) == []
    changed = copy / "schemas" / "envelope.json"
    changed.write_bytes(changed.read_bytes().replace(b'"minimum": 0', b'"minimum": 1', 1))
    (copy / "openapi" / "eventrail.json").unlink()
    (copy / "asyncapi" / "old.json").write_text("{}")
    expected = ["asyncapi/old.json: unknown", "openapi/eventrail.json: missing", "schemas/envelope.json: differs"]
    assert differences(copy) == expected
    assert write(copy) == expected
    assert differences(copy) == []
