"""`eventrail read`, `tail` and `stats`: stored lines to standard output as they are."""

from argparse import Namespace
from typing import BinaryIO, Final

import msgspec

from eventrail.commands.client import Client
from eventrail.exit_codes import ExitCode

WAIT_SECONDS: Final = 30
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
        reply = client.get("/events", [*filters(arguments), ("after", str(after)), wait], accept=NDJSON)
        out.write(reply.body)
        out.flush()
        after = int(reply.headers["eventrail-scanned"])
        if not arguments.follow and "link" not in reply.headers:
            break
    return ExitCode.OK


def stats(client: Client, out: BinaryIO) -> ExitCode:
    out.write(msgspec.json.format(client.get("/stats").body, indent=2) + b"\n")
    return ExitCode.OK


def filters(arguments: Namespace) -> list[tuple[str, str]]:
    return [*(("type", name) for name in arguments.type), *(("tag", tag) for tag in arguments.tag)]
