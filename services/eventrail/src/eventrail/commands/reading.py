"""`eventrail read`, `tail` and `stats`: stored lines to standard output as they are."""

import time
from argparse import Namespace
from http import HTTPStatus
from typing import BinaryIO, Final

import msgspec

from eventrail.commands.client import Client, Refused, Reply, Unreachable
from eventrail.exit_codes import ExitCode

WAIT_SECONDS: Final = 30
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 2.0
NDJSON: Final = "application/x-ndjson"


def read(client: Client, arguments: Namespace, out: BinaryIO) -> ExitCode:
    """One event by its id, or events from `after` to the head (or to `limit`)."""
    if arguments.id:
        out.write(client.get(f"/events/{arguments.id}").body + b"\n")
        return ExitCode.OK
    after, left = arguments.after, arguments.limit
    while left is None or left > 0:
        query = [*filters(arguments), ("after", str(after)), ("limit", str(min(left or 10_000, 10_000)))]
        reply = client.get("/events", query, accept=NDJSON)
        out.write(reply.body)
        scanned = int(reply.headers["eventrail-scanned"])
        if "link" not in reply.headers:
            break
        after = scanned
        left = None if left is None else left - reply.body.count(b"\n")
    return ExitCode.OK


def tail(client: Client, arguments: Namespace, out: BinaryIO) -> ExitCode:
    """The last events, or those after `--after`; with `--follow` also what comes, until it is interrupted."""
    if arguments.after is None:
        query = [*filters(arguments), ("order", "backward"), ("limit", str(arguments.limit))]
        reply = client.get("/events", query, accept=NDJSON)
        out.write(b"".join(reversed(reply.body.splitlines(keepends=True))))
        after = int(reply.headers["eventrail-head"])
    else:
        after = arguments.after
    out.flush()
    while arguments.follow or arguments.after is not None:
        wait = ("wait", str(WAIT_SECONDS if arguments.follow else 0))
        query = [*filters(arguments), ("after", str(after)), wait]
        reply = _persistent(client, query) if arguments.follow else client.get("/events", query, accept=NDJSON)
        out.write(reply.body)
        out.flush()
        after = int(reply.headers["eventrail-scanned"])
        if not arguments.follow and "link" not in reply.headers:
            break
    return ExitCode.OK


def _persistent(client: Client, query: list[tuple[str, str]]) -> Reply:
    """The answer, however long the server is away: it may be started again meanwhile."""
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        try:
            return client.get("/events", query, accept=NDJSON)
        except Unreachable:
            pass
        except Refused as refused:
            if refused.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        time.sleep(pause_seconds)
        pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)


def stats(client: Client, arguments: Namespace, out: BinaryIO) -> ExitCode:
    out.write(msgspec.json.format(client.get("/stats").body, indent=-1 if arguments.json else 2) + b"\n")
    return ExitCode.OK


def filters(arguments: Namespace) -> list[tuple[str, str]]:
    return [*(("type", name) for name in arguments.type), *(("tag", tag) for tag in arguments.tag)]
