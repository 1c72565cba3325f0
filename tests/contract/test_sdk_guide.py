"""The examples of the client's guide run, one after the other, as they stand."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from tests.kit.processes import Processes
from tests.kit.services import SERVICE_TOKEN, start_eventrail

GUIDE = Path(__file__).parents[2] / "docs" / "sdk.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


async def run(example: str, names: dict[str, Any]) -> None:
    code = compile(example, str(GUIDE), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waiting = eval(code, names)
    if inspect.iscoroutine(waiting):
        await waiting


async def test_the_examples_run(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_eventrail(processes, processes.directory / "log")
    monkeypatch.setenv("EVENTRAIL_URL", server.url)
    monkeypatch.setenv("EVENTRAIL_TOKEN", SERVICE_TOKEN)
    examples = EXAMPLE.findall(GUIDE.read_text(encoding="utf-8"))
    assert len(examples) >= 8
    names: dict[str, Any] = {}
    for example in examples:
        await run(example, names)
    assert names["cursor"].position >= 100, "they worked on the server"


async def test_an_example_that_is_wrong_would_fail() -> None:
    names: dict[str, Any] = {}
    await run("import asyncio\nawait asyncio.sleep(0)\nfound = 1\n", names)
    assert names["found"] == 1
    with pytest.raises(AssertionError):
        await run("assert found == 2\n", names)
