"""Where the facts are: in the log, and byte for byte on a NATS subject."""

from typing import Any

import aiohttp
import msgspec
import nats
from nats.errors import Error as NatsError

from contracts.subjects import STREAM, subject_of_tag
from embedded.credentials import Credentials
from tests.kit.demo.access import Client, DemoFailed, expect
from tests.kit.demo.author import PEOPLE
from tests.kit.demo.screen import Screen

SHOWN_EVENTS = 14
SHOWN_LINES = 8
WAIT_SECONDS = 60


async def show_log(session: aiohttp.ClientSession, screen: Screen, access: Credentials, tag: str) -> list[bytes]:
    """The employer's lines, as they stand in the log."""
    log = Client(session, access.eventrail.url, access.eventrail.read_token)
    page = await log.ask("GET", f"/events?tag={tag}&limit=10000", headers={"Accept": "application/x-ndjson"})
    lines = page.body.splitlines()
    events: list[Any] = [msgspec.json.decode(line) for line in lines]
    rows = [(event["position"], event["time"][11:23], event["type"], event["hash"][:16]) for event in events]
    screen.table(("position", "time", "type", "hash"), rows[:SHOWN_EVENTS])
    if len(rows) > SHOWN_EVENTS:
        screen.aside(f"… and {len(rows) - SHOWN_EVENTS} more")
    submitted = next(line for line in lines if b'"sitting.submitted"' in line)
    # each with a character that what is sealed can't have by chance
    expect(not any(one.encode() in submitted for one in PEOPLE[0]), "a name stands in the log")
    screen.say("a submission, as it stands there:")
    screen.wrapped(submitted.decode(), SHOWN_LINES)
    return lines


async def show_subject(screen: Screen, access: Credentials, tag: str, lines: list[bytes]) -> None:
    """The same lines on the employer's subject, each at its position."""
    subject = subject_of_tag(tag)
    try:
        connection = await nats.connect(
            access.nats_url, connect_timeout=15, max_reconnect_attempts=2, reconnect_time_wait=0.2
        )
    except (OSError, NatsError) as error:
        raise DemoFailed(f"NATS does not answer: {error}") from None
    try:
        subscription = await connection.jetstream().subscribe(subject, stream=STREAM, ordered_consumer=True)
        for line in lines:
            message = await subscription.next_msg(timeout=WAIT_SECONDS)
            position = msgspec.json.decode(line)["position"]
            expect(message.data == line, f"the message of position {position} is not the log's line")
            expect(message.metadata.sequence.stream == position, f"position {position} has another sequence")
    finally:
        await connection.close()
    screen.say(f"{subject}: {len(lines)} messages, each the log's line byte for byte, each at its position")
