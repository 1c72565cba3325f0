"""The running system as the demo reaches it: addresses and tokens from a file, requests that must be answered."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from embedded.credentials import Credentials, read_credentials

DEFAULT_FILE = Path(".local") / "credentials.json"
TIMEOUT_SECONDS = 120


class DemoFailed(Exception):  # noqa: N818 - the name says what happened
    """Something is not as it was told; the demo ends with it."""


def credentials(environ: Mapping[str, str] = os.environ) -> Credentials:
    """From the file that CREDENTIALS names."""
    path = Path(environ.get("CREDENTIALS") or DEFAULT_FILE)
    found = read_credentials(path)
    if found is None:
        raise DemoFailed(f"{path} is not there: start the system with `just up` first")
    return found


def expect(truth: object, what: str) -> None:
    """Whatever is told on the screen was checked."""
    if not truth:
        raise DemoFailed(what)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Client:
    """Requests of one person."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self._url = url
        self._token = token

    def person(self, token: str) -> "Client":
        return Client(self._session, self._url, token)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expected: int = 200,
        headers: Mapping[str, str] | None = None,
        data: aiohttp.FormData | None = None,
    ) -> Answer:
        """Send a request and take the one answer that is expected."""
        given = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if body is not None:
            given["Content-Type"] = "application/json"
        sent = data if body is None else msgspec.json.encode(body)
        try:
            async with self._session.request(method, f"{self._url}{path}", data=sent, headers=given) as response:
                answer = Answer(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoFailed(f"{self._url} does not answer: {str(error) or type(error).__name__}") from None
        told = answer.body[:500].decode(errors="replace")
        expect(answer.status == expected, f"{method} {path} was answered with {answer.status}: {told}")
        return answer


def a_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
