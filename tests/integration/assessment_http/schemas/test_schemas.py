"""schemathesis against both documents of the running services: no 5xx, nothing that the documents do not announce.

SCHEMA_CASES is how many requests in all, SCHEMA_SECONDS when no slice is begun any more; SCHEMA_SEED plays a run again.
"""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.schemas.slices import Findings, Service, Slice, run
from tests.integration.assessment_http.schemas.stock import assessment_stock, eventrail_stock
from tests.integration.assessment_http.system import System
from tests.kit.golden import golden
from tests.kit.seeds import seed_of

CASES = int(os.environ.get("SCHEMA_CASES", "100"))
SECONDS = float(os.environ.get("SCHEMA_SECONDS", "3600"))
SEED = seed_of("SCHEMA_SEED", "SCHEMA_CASES")
FULL = 5000
NAMES = ("assessment", "eventrail")
FOUND = ("ST103", "ST105", "ST107", "ST108")
"""schemathesis's codes for a status, a media type, a header and a shape that the document does not have so."""

pytestmark = pytest.mark.timeout(1_200 + 2 * SECONDS)


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(golden()[f"openapi/{name}.json"])
    return found


async def served(name: str, system: System, api: Api, copies: int) -> Service:
    if name == "assessment":
        return Service(name, system.url, document(name), await assessment_stock(api, copies))
    stock = await eventrail_stock(api.session, system.eventrail.url, copies)
    return Service(name, system.eventrail.url, document(name), stock, left_out=("/events/stream",))


@pytest.mark.parametrize("name", NAMES)
async def test_nothing_is_answered_that_the_document_does_not_announce(
    name: str, system: System, api: Api, tmp_path: Path
) -> None:
    """Slice by slice, each with a stock of its own; half of the cases for each document."""
    findings, seed, until = Findings(), SEED, time.monotonic() + SECONDS / len(NAMES)
    is_full = CASES >= FULL
    phases: tuple[str, ...] = ("coverage", "fuzzing", "stateful") if is_full else ("stateful",)
    while findings.cases < CASES / len(NAMES) and time.monotonic() < until:
        print(f"\nSCHEMA_SEED={seed} {name}: {findings.cases} cases so far", flush=True)
        service = await served(name, system, api, copies=20 if is_full else 1)
        await asyncio.to_thread(run, service, Slice(seed, phases, each=60 if is_full else 10), tmp_path, findings)
        assert findings.failures == [], f"SCHEMA_SEED={seed}\n{findings.failures[0]}"
        seed, phases = seed + 1, phases[-2:]
    print(f"{name}: {findings.cases} cases, granted {dict(sorted(findings.granted.items()))}")
    assert findings.cases >= CASES / len(NAMES), f"{SECONDS} s were enough for {findings.cases} cases only"
    assert not is_full or min(findings.granted.values()) > 0, "each operation did what it is for"


async def test_control_what_the_document_does_not_announce_is_found(system: System, api: Api, tmp_path: Path) -> None:
    """A status, a header, a media type and a property that the service has otherwise than a false document."""
    service = await served("assessment", system, api, copies=1)
    false = document("assessment")
    paths, schemas = false["paths"], false["components"]["schemas"]
    falsified = ("/v1/assessments", "/v1/take", "/v1/import-templates/{format}", "/health/live")
    false["paths"] = {path: {"get": paths[path]["get"]} for path in falsified}
    del paths["/v1/assessments"]["get"]["responses"]["200"]
    paths["/v1/take"]["get"]["responses"]["200"]["headers"] = {"X-More": {"required": True, "schema": {}}}
    answers = paths["/v1/import-templates/{format}"]["get"]["responses"]["200"]
    answers["content"] = {"text/html": {}}
    assert "Health" in schemas
    schemas["Health"]["properties"]["status"] = {"type": "integer"}
    findings = Findings()
    told = Service("false", service.url, false, service.stock)
    await asyncio.to_thread(run, told, Slice(1, ("fuzzing",), each=10), tmp_path, findings)
    (output,) = findings.failures
    for code in FOUND:
        assert f"{code} " in output, f"{code} is not in\n{output}"
