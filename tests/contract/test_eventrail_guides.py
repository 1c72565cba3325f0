"""The examples of docs/cloudevents.md and docs/observability.md run as they stand; the tables name what there is."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.cloud_events import ID_ATTRIBUTE, POSITION_ATTRIBUTE, TAGS_ATTRIBUTE
from eventrail.http.cloud_attributes import event_id_of
from tests.contract.test_sdk_guide import EXAMPLE, run
from tests.kit.processes import Processes
from tests.kit.services import SERVICE_TOKEN, start_eventrail

OBSERVABILITY = (Path(__file__).parents[2] / "docs" / "observability.md").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[2] / "docs" / "cloudevents.md").read_text(encoding="utf-8")


async def test_the_example_runs(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await asyncio.to_thread(start_eventrail, processes, processes.directory / "log")
    monkeypatch.setenv("EVENTRAIL_URL", server.url)
    monkeypatch.setenv("EVENTRAIL_TOKEN", SERVICE_TOKEN)
    names: dict[str, Any] = {}
    for example in EXAMPLE.findall(GUIDE):
        await run(example, names)
    assert names["found"]["eventrailid"] == event_id_of("/shops/berlin", "order-17")


async def test_the_example_of_the_traces_runs(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    server = await asyncio.to_thread(start_eventrail, processes, processes.directory / "log")
    monkeypatch.setenv("EVENTRAIL_URL", server.url)
    monkeypatch.setenv("EVENTRAIL_TOKEN", SERVICE_TOKEN)
    names: dict[str, Any] = {}
    for example in EXAMPLE.findall(OBSERVABILITY):
        await run(example, names)
    assert names["placed"].type == "order.placed"


def test_the_attributes_of_the_store_are_named() -> None:
    named = re.findall(r"^\| `(eventrail\w+)` \|", GUIDE, re.MULTILINE)
    assert {ID_ATTRIBUTE, POSITION_ATTRIBUTE, TAGS_ATTRIBUTE} <= set(named)
