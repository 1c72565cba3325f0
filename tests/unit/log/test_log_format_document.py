"""The worked example of docs/log-format.md is a log, for the independent reader, for the engine, and for a shell."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from docs.tools.independent_reader import BrokenLogError, read_log
from eventrail.log.checking.verify import verify
from eventrail.log.events import Query
from tests.kit.logs import open_log

DOCUMENT = Path(__file__).parents[3] / "docs" / "log-format.md"
SEGMENT = "00000000000000000001.ndjson"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The files of the example, as the page shows them."""
    identity, lines, head = re.findall(r"```(?:nd)?json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (tmp_path / "segments").mkdir()
    (tmp_path / "log.json").write_text(identity)
    (tmp_path / "segments" / SEGMENT).write_text(lines)
    (tmp_path / "head.json").write_text(head)
    return tmp_path


def test_the_example_closes_for_the_independent_reader(example: Path) -> None:
    log = read_log(example)
    assert [event.data.decode() for event in log.events] == ['{"hello":"🌍"}', '{"total":12.50}', "null"]
    assert log.head_hash == json.loads((example / "head.json").read_text())["hash"]
    assert log.tail == b""


def test_the_example_opens_and_verifies(example: Path) -> None:
    assert verify(example).damage is None
    log = open_log(example)
    assert log.page(Query()).lines == (example / "segments" / SEGMENT).read_bytes()
    log.close()


def test_the_shell_finds_the_first_hash(example: Path) -> None:
    [script] = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    run = subprocess.run(["bash", "-c", script], cwd=example, capture_output=True, text=True, check=True)
    assert run.stdout.split()[0] == read_log(example).events[0].fields["hash"]


def test_a_changed_example_is_noticed(example: Path) -> None:
    path = example / "segments" / SEGMENT
    path.write_bytes(path.read_bytes().replace(b"12.50", b"12.51"))
    with pytest.raises(BrokenLogError, match=r"head\.json has seen position 3, the log ends at 1"):
        read_log(example)
    (example / "head.json").unlink()
    assert len(read_log(example).events) == 1
    path.rename(path.with_name("00000000000000000002.ndjson"))
    with pytest.raises(BrokenLogError):
        read_log(example)
