"""What clients write down for the checker: a record before each call, one after each answer.

A call without an answer may have happened or not, but not by halves.
"""

from collections.abc import Iterable

import msgspec


class SentEvent(msgspec.Struct, frozen=True):
    """An event as the client sent it; `data` is its JSON text."""

    id: str
    type: str
    tags: tuple[str, ...]
    data: str


class Unless(msgspec.Struct, frozen=True):
    """An item of a condition: no event after `after` of one of `types` (if any) with all `tags` (if any)."""

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: int = 0


class Sent(msgspec.Struct, frozen=True, tag=True):
    """A call begins. A retry is another `Sent` with the same events."""

    call: str
    events: tuple[SentEvent, ...]
    condition: tuple[Unless, ...] = ()


class Acknowledged(msgspec.Struct, frozen=True, tag=True):
    """A call was answered with these positions; `replayed` is None where the client did not look."""

    call: str
    first: int
    last: int
    replayed: bool | None = None


class Refused(msgspec.Struct, frozen=True, tag=True):
    """A call was answered with a refusal: it has put nothing into the log.

    `because` is "condition" or "id" where `position` says which event stands in the way.
    """

    call: str
    because: str = ""
    position: int = 0


class View(msgspec.Struct, frozen=True):
    """Which events a read asks for; `before` 0 is none."""

    after: int = 0
    before: int = 0
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limit: int = 1_000
    backward: bool = False


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A read begins; a client reads one page after the other."""

    read: str
    client: str
    view: View = View()


class Served(msgspec.Struct, frozen=True, tag=True):
    """A read was answered with these lines, without their newlines, at this head."""

    read: str
    lines: tuple[bytes, ...]
    head: int


class Quarantined(msgspec.Struct, frozen=True, tag=True):
    """A start has put these bytes aside."""

    content: bytes


Record = Sent | Acknowledged | Refused | Asked | Served | Quarantined

_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def encode_record(record: Record) -> bytes:
    return msgspec.json.encode(record)


def decode_record(raw: bytes) -> Record:
    return _DECODER.decode(raw)


def unanswered(history: Iterable[Record]) -> list[Sent]:
    """The appends whose fate their client does not know, after all of its retries."""
    calls: dict[str, Sent] = {}
    waiting: dict[tuple[SentEvent, ...], Sent] = {}
    for record in history:
        if isinstance(record, Sent):
            calls[record.call] = record
            waiting[record.events] = record
        elif isinstance(record, Acknowledged | Refused):
            waiting.pop(calls[record.call].events, None)
    return list(waiting.values())
