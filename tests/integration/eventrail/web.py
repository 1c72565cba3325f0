"""A plain HTTP client for tests: every header and byte of an answer, nothing followed or retried."""

import contextlib
import http.client
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.kit.services import ADMIN_TOKEN

NDJSON = "application/x-ndjson"
PROBLEM = "urn:eventrail:problem:"

Query = Sequence[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def problem(self) -> str:
        """The problem's name, once the answer has shown to be one."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix(PROBLEM)


@dataclass(frozen=True, slots=True)
class Web:
    url: str
    token: str | None = ADMIN_TOKEN

    def ask(
        self,
        method: str,
        path: str,
        query: Query = (),
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
        sent = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        try:
            target = f"{path}?{urlencode(list(query))}" if query else path
            connection.connect()
            # whoever is refused in the middle of a long body finds the answer all the same
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, target, body, {**sent, **(headers or {})})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str, query: Query = (), **headers: str) -> Reply:
        return self.ask("GET", path, query, None, {name.replace("_", "-"): value for name, value in headers.items()})

    def event(self, data: bytes, query: Query = (), content_type: str = "application/json") -> Reply:
        return self.ask("POST", "/events", query, data, {"Content-Type": content_type})

    def append(self, request: object) -> Reply:
        return self.append_raw(json.dumps(request).encode())

    def append_raw(self, body: bytes, content_type: str = "application/json") -> Reply:
        return self.ask("POST", "/append", (), body, {"Content-Type": content_type})

    def append_lines(self, requests: Sequence[object]) -> Reply:
        body = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
        return self.append_raw(body, NDJSON)

    @property
    def head(self) -> int:
        return int(self.get("/stats").json["head"])


def new_id() -> str:
    return str(uuid.uuid4())


def new_tag() -> str:
    """A stream of one test, so that tests may share a server."""
    return f"test:{uuid.uuid4().hex}"


def eventually(holds: Callable[[], bool], what: str, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
