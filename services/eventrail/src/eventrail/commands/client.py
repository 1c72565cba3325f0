"""HTTP for the client commands: one connection, a token, and refusals as one line."""

import contextlib
import http.client
import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from eventrail.settings import ClientSettings

TIMEOUT_SECONDS: Final = 90.0
"""More than the longest wait of a long-poll."""


class Unreachable(Exception):  # noqa: N818 - the name says what happened
    """Nobody answers at the address."""


class Refused(Exception):  # noqa: N818 - the name says what happened
    """The server answered with a problem; `status` is 0 where it was not asked at all."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer; header names are in lower case."""

    body: bytes
    headers: Mapping[str, str]


class Client:
    """Used in `with connected(settings) as client`."""

    def __init__(self, connection: http.client.HTTPConnection, token: str) -> None:
        self._connection = connection
        self._token = token

    def get(self, path: str, query: list[tuple[str, str]] | None = None, *, accept: str = "*/*") -> Reply:
        return self._ask("GET", path, query or [], None, {"Accept": accept})

    def post(self, path: str, query: list[tuple[str, str]], body: bytes, content_type: str) -> Reply:
        return self._ask("POST", path, query, body, {"Content-Type": content_type})

    def _ask(
        self, method: str, path: str, query: list[tuple[str, str]], body: bytes | None, headers: dict[str, str]
    ) -> Reply:
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            self._connection.request(method, target, body, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            # Without this, the next request would go on with a connection that is of no use.
            self._connection.close()
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self._connection.host}:{self._connection.port}: {reason}") from None
        if response.status >= 400:
            raise Refused(_sentence(response.status, content), response.status)
        return Reply(content, {name.lower(): value for name, value in response.getheaders()})


@contextlib.contextmanager
def connected(settings: ClientSettings) -> Generator[Client, None, None]:
    address = urlsplit(settings.url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise Unreachable(f"{settings.url} is not an http(s) address")
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname, address.port, timeout=TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        yield Client(connection, settings.token)


def _sentence(status: int, content: bytes) -> str:
    """A problem as one line: its title, what is wrong, and where."""
    try:
        found = json.loads(content)
        parts = [found["title"], found.get("detail", ""), f"at {found['at']}" if found.get("at") else ""]
    except (ValueError, TypeError, KeyError):
        return f"HTTP {status}"
    return f"{status} " + ": ".join(part for part in parts if part)
