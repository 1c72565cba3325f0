"""NATS stopped, or its stream deleted, under appends: the copy is the log, and the projector applied each once."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from contracts.events import EmployerCreated
from tests.integration.assessment_http.system import System
from tests.integration.eventrail.copies import delete_stream
from tests.integration.eventrail.publishing import assert_copied
from tests.integration.eventrail.web import Web, eventually

APPENDS = 1_000
"""Each an employer's creation: applied twice, it would break a primary key and park the projector."""


def append_employers(web: Web, count: int) -> None:
    """Appends as another service would make them, so that nobody but the projector applies them."""
    facts = [
        EmployerCreated(
            employer_id=str(uuid4()),
            name=f"Größe {number} 🌍",
            active_limit=1,
            api_key_sha256=uuid4().hex + uuid4().hex,
            at=datetime.now(UTC),
        )
        for number in range(count)
    ]
    requests: list[object] = [
        {
            "events": [
                {
                    "type": "employer.created",
                    "tags": [f"employer:{fact.employer_id}"],
                    "data": msgspec.to_builtins(fact),
                }
            ]
        }
        for fact in facts
    ]
    assert all(line["first"] == line["last"] for line in web.append_lines(requests).lines)


def assert_applied_once(system: System, web: Web) -> None:
    """Every event of the log is in the tables: each employer is there, with one key for the append that made it."""
    head = web.get("/stats").json["head"]
    eventually(lambda: system.asked("SELECT position FROM live.checkpoint") == str(head), "the projector is there")
    created = web.get("/events?type=employer.created&limit=10000").lines
    rows = system.asked("SELECT id FROM live.employers").splitlines()
    assert sorted(rows) == sorted(event["data"]["employer_id"] for event in created)
    positions = ",".join(str(event["position"]) for event in created)
    assert system.asked(f"SELECT count(*) FROM live.command_keys WHERE last IN ({positions})") == str(len(created))
    assert system.asked("SELECT state FROM scratch.projector_status") != "parked"


def test_nats_is_stopped_for_a_thousand_appends(own_system: System) -> None:
    web = Web(own_system.eventrail.url)
    own_system.messages.stop()
    append_employers(web, APPENDS)
    assert_applied_once(own_system, web)
    own_system.messages.start()
    append_employers(web, 10)
    assert_copied(web, own_system.messages.url, own_system.directory / "log")
    assert_applied_once(own_system, web)


def test_the_stream_is_deleted_under_appends(own_system: System) -> None:
    web = Web(own_system.eventrail.url)
    append_employers(web, 300)
    delete_stream(own_system.messages.url)
    append_employers(web, 300)
    assert_copied(web, own_system.messages.url, own_system.directory / "log")
    assert_applied_once(own_system, web)
