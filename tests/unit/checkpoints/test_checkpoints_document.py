"""The shell of docs/checkpoints.md checks a checkpoint without Eventrail, where openssl and jq are at hand."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.keeper import Keeper, KeeperOptions
from eventrail.checkpoints.keys import SigningKey
from eventrail.checkpoints.shelf import Shelf
from eventrail.checkpoints.statement import CheckpointRefused, HistoryLost, check, contains, read_checkpoint, statement
from tests.kit.logs import append, event, open_log
from tests.unit.checkpoints.rewriting import rewritten

DOCUMENT = (Path(__file__).parents[3] / "docs" / "checkpoints.md").read_text()
SHELL = re.search(r"^```sh\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
STATEMENT = re.search(r"^```text\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
TOOLS = all(shutil.which(tool) for tool in ("openssl", "jq", "sha256sum", "base64"))


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """A directory with what an auditor keeps, beside the log."""
    log = open_log(tmp_path / "log")
    log.commit([append(event(b'"\xf0\x9f\x8c\x8d"')), append(event(b"2"), event(b"3"))])
    key = SigningKey(Ed25519PrivateKey.generate())
    checkpoint = Keeper(log, Shelf(tmp_path), lambda: key, KeeperOptions()).make()
    log.commit([append(event(b"4"))])
    log.close()
    (tmp_path / "checkpoint.json").write_bytes(msgspec.json.encode(checkpoint))
    (tmp_path / "public_key.pem").write_bytes(key.public_pem)
    return tmp_path


def accepted(auditor: Path, log: Path) -> bool:
    """What the page's shell says; where its tools are missing, what the engine says by the same steps."""
    if TOOLS:
        assert SHELL is not None
        run = ["bash", "-euo", "pipefail", "-c", SHELL[1]]
        told = {"LOG": str(log), "PATH": os.environ["PATH"]}
        done = subprocess.run(run, check=False, cwd=auditor, env=told, capture_output=True)
        return done.returncode == 0
    checkpoint = read_checkpoint((auditor / "checkpoint.json").read_bytes())
    opened = open_log(log)
    try:
        check(checkpoint, (auditor / "public_key.pem").read_bytes())
        contains(opened, checkpoint)
    except (CheckpointRefused, HistoryLost):
        return False
    finally:
        opened.close()
    return True


def test_the_shell_accepts_what_was_signed_and_is_held(auditor: Path) -> None:
    assert accepted(auditor, auditor / "log")


@pytest.mark.parametrize(("field", "value"), [("position", 2), ("time", "2026-11-22T08:00:00.000000Z")])
def test_the_shell_refuses_what_was_changed(auditor: Path, field: str, value: object) -> None:
    file = auditor / "checkpoint.json"
    changed = {**msgspec.json.decode(file.read_bytes()), field: value}
    file.write_bytes(msgspec.json.encode(changed))
    assert not accepted(auditor, auditor / "log")


def test_the_shell_refuses_another_key(auditor: Path) -> None:
    (auditor / "public_key.pem").write_bytes(SigningKey(Ed25519PrivateKey.generate()).public_pem)
    assert not accepted(auditor, auditor / "log")


def test_the_shell_refuses_a_log_rewritten_as_a_whole(auditor: Path) -> None:
    assert accepted(auditor, rewritten(auditor / "log", auditor / "same", b"", b""))
    assert not accepted(auditor, rewritten(auditor / "log", auditor / "forged", b'"data":2', b'"data":9'))


def test_the_page_states_the_statement_as_it_is_signed() -> None:
    assert STATEMENT is not None
    values = {"log_id": "a", "position": "7", "hash": "b", "time": "c", "key_id": "d"}
    text = re.sub(r"<(\w+)>", lambda name: values[name[1]], STATEMENT[1])
    assert text.encode() == statement("a", 7, "b", "c", "d")


def test_the_page_names_every_field() -> None:
    named = re.findall(r"^\| `(\w+)` \|", DOCUMENT, re.MULTILINE)
    assert tuple(named) == Checkpoint.__struct_fields__
