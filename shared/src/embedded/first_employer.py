"""Sees to it that the credentials name an employer, by creating the first one over HTTP.

Run as `python -m embedded.first_employer FILE` for a system that something else started.
"""

import http.client
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from embedded.credentials import AssessmentAccess, Credentials, read_credentials, write_credentials
from embedded.failures import ServerFailed

ANSWER_SECONDS = 30.0
NAME = "First employer"
IDEMPOTENCY_KEY = "the-first-employer"  # a repetition gets the same employer and the same key


class Created(msgspec.Struct, frozen=True):
    id: str
    api_key: str


def with_employer(credentials: Credentials) -> Credentials:
    """The same credentials if they have an employer; else with the one that the service creates, or created."""
    access = credentials.assessment
    if access.employer_id is not None and access.employer_key is not None:
        return credentials
    made = _create(access)
    named = msgspec.structs.replace(access, employer_id=made.id, employer_key=made.api_key)
    return msgspec.structs.replace(credentials, assessment=named)


def _create(access: AssessmentAccess) -> Created:
    address = urlsplit(access.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
    headers = {
        "Authorization": f"Bearer {access.operator_token}",
        "Content-Type": "application/json",
        "Idempotency-Key": IDEMPOTENCY_KEY,
    }
    try:
        connection.request("POST", "/v1/employers", msgspec.json.encode({"name": NAME}), headers)
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ServerFailed("assessment", f"the first employer could not be created: {error}") from None
    finally:
        connection.close()
    if answer.status != http.client.CREATED:
        told = body[:500].decode(errors="replace")
        raise ServerFailed("assessment", f"the first employer could not be created: {answer.status} {told}")
    return msgspec.json.decode(body, type=Created)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m embedded.first_employer FILE\n")
        return 2
    path = Path(arguments[0])
    try:
        found = read_credentials(path)
        if found is None:
            sys.stderr.write(f"{path} is not there: start the system first\n")
            return 1
        if (complete := with_employer(found)) != found:
            write_credentials(path, complete)
    except ServerFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
