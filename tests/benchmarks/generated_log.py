"""A large log, made fast: true lines in one chain, in segments, as the engine would have written them."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from eventrail.log.line import format_time

LOG_ID: Final = "0198c0de-0000-7000-8000-000000000000"
TYPES: Final = tuple(f"kind{number}.happened" for number in range(8))
CUSTOMERS: Final = 1_000
EVENTS_PER_ORDER: Final = 10
_BATCH_EVENTS: Final = 50
_SPREAD: Final = 0x9E3779B97F4A7C15F39CC0605CEDC835
"""Odd, so that ids are all different, and look like random ones."""
_BEGIN: Final = 1_700_000_000_000_000
_STEP_MICROSECONDS: Final = 1_000


def event_id(position: int) -> str:
    digits = f"{position * _SPREAD % (1 << 128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def order_of(position: int, events: int) -> int:
    """Ten events for each order, spread over the whole log."""
    return position % max(events // EVENTS_PER_ORDER, 1)


def make_log(
    directory: Path, events: int, *, segment_bytes: int, data_bytes: int, progress: Callable[[int], None]
) -> None:
    """Write `log.json` and the segments. All but the last are of `segment_bytes`, or a batch less."""
    (directory / "segments").mkdir(parents=True)
    (directory / "log.json").write_text(f'{{"format":1,"log_id":"{LOG_ID}"}}\n')
    file = (directory / "segments" / f"{1:020}.ndjson").open("wb")
    written = 0
    for first, lines in _batches(events, data_bytes):
        if written and written + len(lines) > segment_bytes:
            file.close()
            file = (directory / "segments" / f"{first:020}.ndjson").open("wb")
            written = 0
            progress(first)
        file.write(lines)
        written += len(lines)
    file.close()


def _batches(events: int, data_bytes: int) -> Iterator[tuple[int, bytes]]:
    """The first position and the lines of each batch; every append is of one event."""
    line_hash = sha256(LOG_ID.encode()).hexdigest().encode()
    filling = "x" * (data_bytes - len('{"n":12345678,"text":""}'))
    for first in range(1, events + 1, _BATCH_EVENTS):
        lines = []
        time = format_time(_BEGIN + first * _STEP_MICROSECONDS)
        for position in range(first, min(first + _BATCH_EVENTS, events + 1)):
            covered = (
                f'{{"position":{position},"id":"{event_id(position)}","type":"{TYPES[position * 7 % len(TYPES)]}",'
                f'"tags":["order:{order_of(position, events)}","customer:{position * 31 % CUSTOMERS}"],'
                f'"time":"{time}","data":{{"n":{10_000_000 + position},"text":"{filling}"}},"meta":{{}},'
                f'"commit":{position},"synced":{first - 1}'
            ).encode()
            line_hash = sha256(line_hash + covered).hexdigest().encode()
            lines.append(b'%b,"hash":"%b"}\n' % (covered, line_hash))
        yield first, b"".join(lines)
