"""`eventrail append`: one document with --data, or NDJSON from standard input, an event a line."""

import json
from argparse import Namespace
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final, TextIO

from eventrail.commands.client import Client, Refused
from eventrail.exit_codes import ExitCode

LINES_AT_ONCE: Final = 1_000
BYTES_AT_ONCE: Final = 4 * 1024 * 1024


def append(client: Client, arguments: Namespace, source: BinaryIO, out: TextIO) -> ExitCode:
    """Print the answer of each append; a line that is refused ends the command after its batch."""
    if arguments.data is not None:
        query = [("type", arguments.type)] if arguments.type else []
        query += [("tag", tag) for tag in arguments.tag]
        query += [("id", arguments.id)] if arguments.id else []
        reply = client.post("/events", query, arguments.data.encode(), "application/json")
        out.write(reply.body.decode() + "\n")
        return ExitCode.OK
    if arguments.id:
        raise Refused("--id names one event: give it with --data")
    for batch in _batches(source):
        body = b"".join(_request(line, arguments) for line in batch)
        reply = client.post("/append", [], body, "application/x-ndjson")
        out.write(reply.body.decode())
        refused = [result for result in map(json.loads, reply.body.splitlines()) if "status" in result]
        if refused:
            raise Refused(
                f"{len(refused)} of {len(batch)} lines: {refused[0]['title']}: {refused[0].get('detail', '')}"
            )
    return ExitCode.OK


def _batches(source: BinaryIO) -> Iterator[list[bytes]]:
    lines = (line for line in source if line.strip())
    while batch := list(islice(_until(lines, BYTES_AT_ONCE), LINES_AT_ONCE)):
        yield batch


def _until(lines: Iterator[bytes], limit_bytes: int) -> Iterator[bytes]:
    """Lines up to a number of bytes; the line that passes it is still among them."""
    size_bytes = 0
    for line in lines:
        yield line
        size_bytes += len(line)
        if size_bytes >= limit_bytes:
            return


def _request(line: bytes, arguments: Namespace) -> bytes:
    """The line's JSON stays as it is; a line feed at its end is no part of it."""
    event: list[bytes] = [b'{"events":[{"data":', line.strip()]
    if arguments.type:
        event += [b',"type":', json.dumps(arguments.type).encode()]
    if arguments.tag:
        event += [b',"tags":', json.dumps(arguments.tag).encode()]
    return b"".join([*event, b"}]}\n"])
