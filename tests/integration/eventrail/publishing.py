"""Steps that the publisher's tests share: events of several kinds, and waiting until they are copied."""

from pathlib import Path

from tests.integration.eventrail.copies import differences
from tests.integration.eventrail.web import Web, eventually
from tests.kit.processes import Processes
from tests.kit.servers import Messages
from tests.kit.services import Service, start_eventrail


def append_many(web: Web, count: int) -> None:
    """Appends of one, two and three events, with and without tags, with 4-byte characters."""
    requests: list[object] = []
    while count:
        size = min(count, len(requests) % 3 + 1)
        tags = [["k:v", f"n:{count}"], []][len(requests) % 2]
        requests.append({"events": [{"data": ["🌍", count - n], "type": "a.b", "tags": tags} for n in range(size)]})
        count -= size
    assert all("first" in result for result in web.append_lines(requests).lines)


def published(web: Web) -> bool:
    status = web.get("/stats").json["publisher"]
    return bool(status["state"] == "live" and status["lag"] == 0)


def assert_copied(web: Web, nats_url: str, directory: Path) -> None:
    eventually(lambda: published(web), "the publisher is live and has no lag")
    assert differences(nats_url, directory, web.get("/stats").json["log_id"]) == []


def served(processes: Processes, log: Path, nats: Messages) -> tuple[Service, Web]:
    service = start_eventrail(processes, log, nats_url=nats.url, name=f"eventrail-{len(processes.started)}")
    return service, Web(service.url)
