"""Lines of an import as appends: those of one atomic append together again, ids kept; a bad line is named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from eventrail.log.limits import EVENTS_PER_APPEND

_EMPTY_META: Final = b"{}"


class ImportedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event to be appended anew, or a stored line, of which position, time, synced and hash are left behind.

    Lines that follow each other with one `commit`, at ascending positions, are one append.
    """

    data: msgspec.Raw
    id: str | None = None
    type: str = "event"
    tags: tuple[str, ...] = ()
    meta: msgspec.Raw = msgspec.Raw(_EMPTY_META)
    position: int | None = None
    commit: int | None = None
    time: str = ""
    synced: int = 0
    hash: str = ""


class _Event(msgspec.Struct, frozen=True, omit_defaults=True):
    data: msgspec.Raw
    type: str
    tags: tuple[str, ...] = ()
    id: str | None = None
    meta: msgspec.Raw | None = None


class _Append(msgspec.Struct, frozen=True):
    events: list[_Event]


@dataclass(frozen=True, slots=True)
class ImportedAppend:
    """The body of an append request, and the input's lines, counted from 1, that it is made of."""

    body: bytes
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class BadInput:
    """Lines that were not taken, and why."""

    first_line: int
    last_line: int
    reason: str


_DECODER: Final = msgspec.json.Decoder(ImportedLine)
_ENCODER: Final = msgspec.json.Encoder()


def appends_of(lines: Iterable[bytes], *, new_ids: bool) -> Iterator[ImportedAppend | BadInput]:
    """Each append, or what is wrong, in the order of the lines; empty lines are passed over."""
    gathered: list[ImportedLine] = []
    first = number = 0
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        line = _decoded(raw, new_ids=new_ids)
        if gathered and (isinstance(line, str) or not _continues(gathered[-1], line)):
            yield _append(gathered, first, number - 1, new_ids=new_ids)
            gathered = []
        if isinstance(line, str):
            yield BadInput(number, number, line)
            continue
        if not gathered:
            first = number
        gathered.append(line)
        if len(gathered) > EVENTS_PER_APPEND:
            yield BadInput(first, number, f"an append has at most {EVENTS_PER_APPEND} events")
            gathered = []
    if gathered:
        yield _append(gathered, first, number, new_ids=new_ids)


def _decoded(raw: bytes, *, new_ids: bool) -> ImportedLine | str:
    try:
        raw.decode()
        line = _DECODER.decode(raw)
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start}"
    except msgspec.MsgspecError as error:
        return str(error)
    except RecursionError:
        return "nested too deep"
    if line.id is None and not new_ids:
        return "it has no id, so a second import would append it again; --new-ids takes it all the same"
    return line


def _continues(before: ImportedLine, line: ImportedLine) -> bool:
    if before.commit is None or before.position is None or line.position is None:
        return False
    return line.commit == before.commit and before.position < line.position <= before.commit


def _append(lines: list[ImportedLine], first: int, last: int, *, new_ids: bool) -> ImportedAppend:
    events = [
        _Event(
            line.data,
            line.type,
            line.tags,
            None if new_ids else line.id,
            None if bytes(line.meta) == _EMPTY_META else line.meta,
        )
        for line in lines
    ]
    return ImportedAppend(_ENCODER.encode(_Append(events)), first, last)
