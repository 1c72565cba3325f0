"""The log of such a life, made fast: true lines in one chain, as the service's commands would have appended them."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from assessment.domain.tags import tags_of
from contracts.events import CommandMeta, Fact, encode_data, type_of
from eventrail.log.events import NewEvent
from eventrail.log.line import form_line, genesis
from tests.benchmarks.generated_log import LOG_ID
from tests.benchmarks.rebuild.life import Life

SEGMENT_BYTES: Final = 64 * 1024 * 1024
SPAN: Final = timedelta(days=30)
"""From the first event to the last, however many there are: a rebuild keeps the command keys of the last day."""

FINGERPRINT: Final = "f" * 64


def make_lived_log(directory: Path, events: int, seed: int, end: datetime, progress: Callable[[int], None]) -> int:
    """Write `log.json` and the segments; answers how many events, which are as many as were asked for, or one more."""
    (directory / "segments").mkdir(parents=True)
    (directory / "log.json").write_text(f'{{"format":1,"log_id":"{LOG_ID}"}}\n')
    life = Life(seed, end - SPAN, SPAN / events)
    file = (directory / "segments" / f"{1:020}.ndjson").open("wb")
    written, first, line_hash = 0, 1, genesis(LOG_ID).hash
    for number, facts in enumerate(life.commands()):
        if first > events:
            break
        lines, line_hash = _append(
            facts, uuid.UUID(int=number, version=4), first, end - SPAN + SPAN / events * number, line_hash
        )
        if written and written + len(lines) > SEGMENT_BYTES:
            file.close()
            file = (directory / "segments" / f"{first:020}.ndjson").open("wb")
            written = 0
            progress(first)
        file.write(lines)
        written += len(lines)
        first += len(facts)
    file.close()
    return first - 1


def _append(facts: tuple[Fact, ...], key: uuid.UUID, first: int, time: datetime, line_hash: str) -> tuple[bytes, str]:
    lines, last = [], first + len(facts) - 1
    stated = time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for position, event in enumerate(_events(facts, key), first):
        assert event.id is not None, "the ids are derived"
        line, line_hash = form_line(event, event.id, position, stated, last, first - 1, line_hash)
        lines.append(line)
    return b"".join(lines), line_hash


def _events(facts: tuple[Fact, ...], key: uuid.UUID) -> Iterator[NewEvent]:
    meta = msgspec.json.encode(
        CommandMeta(
            key=str(key),
            fingerprint=FINGERPRINT,
            actor="candidate",
            traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        )
    )
    for ordinal, fact in enumerate(facts):
        yield NewEvent(
            type=type_of(fact),
            tags=tags_of(fact),
            data=encode_data(fact),
            id=str(uuid.uuid5(key, str(ordinal))),
            meta=meta,
        )
