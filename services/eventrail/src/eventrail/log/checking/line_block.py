"""A block of stored lines, checked as a whole at the speed of C: the common case, in which nothing is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import attrgetter
from typing import Final

import msgspec

from eventrail.log.limits import LINE_BYTES, NESTING_LEVELS
from eventrail.log.line import HASH_SUFFIX_BYTES, StoredLine

_HASH: Final = slice(-66, -2)
_COVERED: Final = slice(-HASH_SUFFIX_BYTES)
_ID_CHARACTERS: Final = 36
_TIME_CHARACTERS: Final = 27
_ID_BYTES: Final = b"0123456789abcdef-"
_TYPE_BYTES: Final = b"abcdefghijklmnopqrstuvwxyz0123456789_."
_TAGS_BYTES: Final = b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:",-[]'
_TIME_BYTES: Final = b"0123456789T:.-Z"
_NOT_OPENING: Final = bytes(sorted(set(range(256)) - set(b"[{\n")))


class _Line(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The keys of a line in their order; encoded again, it is the same bytes but for space inside data and meta."""

    position: int
    id: str
    type: str
    tags: msgspec.Raw
    time: str
    data: msgspec.Raw
    meta: msgspec.Raw
    commit: int
    synced: int
    hash: str


_DECODER: Final = msgspec.json.Decoder(_Line)
_ENCODER: Final = msgspec.json.Encoder()
_PLACE: Final = attrgetter("position", "commit", "synced")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow each other: the last one, the last that ends an append, and where that one ends.

    `whole` is None where no append ends in the block; `appends` counts those that do.
    """

    last: StoredLine
    whole: StoredLine | None
    whole_bytes: int
    appends: int


def keeps_keys(raw: bytes) -> bool:
    """Whether a line, which is JSON, has the keys of a line once each, in their order, and nothing between them."""
    try:
        return _ENCODER.encode(_DECODER.decode(raw)) == raw.removesuffix(b"\n")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def follow_block(previous: StoredLine, block: bytes) -> Block | None:
    """Check the lines that must stand after `previous`; None where they need a closer look, line by line.

    `block` is whole lines, each with its newline. Nothing passes here that `line.follow` and the check of each line's
    JSON would refuse; what they would accept may need the closer look all the same.
    """
    try:
        found = _DECODER.decode_lines(block)
        if _ENCODER.encode_lines(found) != block or not (block.isascii() or block.decode()):
            return None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    lines = block.split(b"\n")
    lines.pop()
    sound = (
        _closes(previous.hash.encode("ascii"), lines)
        and _keeps_time(previous.time, [line.time for line in found])
        and _keeps_grammar(found)
        and _is_compact(lines, found)
    )
    return _ends(previous, found, lines) if sound else None


def _closes(before: bytes, lines: Sequence[bytes]) -> bool:
    """The chain of hashes, held against the hashes that the lines state."""
    stated = [line[_HASH] for line in lines]
    found = [
        sha256(hash_before + line[_COVERED]).digest()
        for hash_before, line in zip((before, *stated), lines, strict=False)
    ]
    return b"".join(found).hex().encode("ascii") == b"".join(stated)


def _keeps_time(before: str, times: list[str]) -> bool:
    joined = "".join(times)
    return (
        before <= times[0]
        and times == sorted(times)
        and set(map(len, times)) == {_TIME_CHARACTERS}
        and joined[_TIME_CHARACTERS - 1 :: _TIME_CHARACTERS] == "Z" * len(times)
        and not joined.encode().translate(None, _TIME_BYTES)
    )


def _keeps_grammar(found: Sequence[_Line]) -> bool:
    """The sets of characters; the hash says whether these are the bytes that were written."""
    ids = [line.id for line in found]
    types = {line.type for line in found}
    return (
        set(map(len, ids)) == {_ID_CHARACTERS}
        and not "".join(ids).encode().translate(None, _ID_BYTES)
        and all(types)
        and not "".join(types).encode().translate(None, _TYPE_BYTES)
        and not b"".join([line.tags for line in found]).translate(None, _TAGS_BYTES)
    )


def _is_compact(lines: Sequence[bytes], found: Sequence[_Line]) -> bool:
    """No line too long; in data and meta no space outside strings, and nothing nested too deep."""
    metas = [bytes(line.meta) for line in found]
    if max(map(len, lines)) > LINE_BYTES or {meta[:1] for meta in metas} != {b"{"}:
        return False
    values = b",\n".join([*[line.data for line in found], *metas])
    # Brackets in strings count too: then it is only a closer look too many.
    if max(map(len, values.translate(None, _NOT_OPENING).split(b"\n"))) > NESTING_LEVELS:
        return False
    if b" " not in values and b"\t" not in values and b"\r" not in values:
        return True
    formatted = msgspec.json.format(b"[" + values + b"]", indent=-1)
    return len(formatted) == len(values) + 2 - (len(found) + len(metas) - 1)


def _ends(previous: StoredLine, found: Sequence[_Line], lines: Sequence[bytes]) -> Block | None:
    """Positions, appends and syncs, as `line.follow` holds one line against the one before it."""
    positions, commits, synceds = zip(*map(_PLACE, found), strict=True)
    if positions != tuple(range(previous.position + 1, previous.position + 1 + len(found))):
        return None
    before, commit, synced = previous.position, previous.commit, previous.synced
    whole_number = appends = 0
    for its_commit, its_synced in zip(commits, synceds, strict=True):
        if commit > before:
            if its_commit != commit or its_synced != synced:
                return None
        elif its_commit <= before or (its_synced not in (synced, before)):
            return None
        before, commit, synced = before + 1, its_commit, its_synced
        if commit == before:
            whole_number = before - previous.position
            appends += 1
    whole = _stored(found[whole_number - 1]) if whole_number else None
    whole_bytes = sum(map(len, lines[:whole_number])) + whole_number
    return Block(_stored(found[-1]), whole, whole_bytes, appends)


def _stored(line: _Line) -> StoredLine:
    """What the next line is held against; nothing else of it is asked for."""
    return StoredLine(
        line.position, line.id, line.type, (), line.time, line.commit, line.synced, line.hash, data_start=0
    )
