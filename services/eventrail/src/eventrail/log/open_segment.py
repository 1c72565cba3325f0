"""Reading the open segment at a start: at the speed of C as far as nothing is wrong, and filling its index."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from typing import Final

import msgspec

from eventrail.log.events import Head
from eventrail.log.examination import SegmentFile, refuse_other_hash
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.port import IndexDelta
from eventrail.log.layout import Layout
from eventrail.log.line import HASH_SUFFIX_BYTES, BadLine, StoredLine, parse_line
from eventrail.log.scanning import ReadAppend
from eventrail.log.transfer import READ_BYTES, read_whole

_COVERED: Final = slice(-HASH_SUFFIX_BYTES)
_HASH: Final = slice(-66, -2)


class _Line(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The keys of a line in their order: encoded again, it is the same bytes."""

    position: int
    id: str
    type: str
    tags: list[str]
    time: str
    data: msgspec.Raw
    meta: msgspec.Raw
    commit: int
    synced: int
    hash: str


_DECODER: Final = msgspec.json.Decoder(_Line)
_ENCODER: Final = msgspec.json.Encoder()


class OpenSegment:
    """Gathers the index of the open segment while it is read; `memory` is what came of it."""

    def __init__(self, layout: Layout, first: int, head: Head | None) -> None:
        self.memory = MemoryIndex(first)
        self._layout = layout
        self._head = head

    def begin(self, file: SegmentFile, previous: StoredLine) -> tuple[StoredLine, int]:
        """Take whole appends up to where a closer look is needed, line by line; returns their last line and its end.

        The chain, positions, appends and times are checked as `line.follow` does it, and the line at the witnessed
        head is held against its hash.
        """
        end, begun = 0, b""
        for offset in range(0, file.size, READ_BYTES):
            begun += read_whole(file.files, file.descriptor, min(READ_BYTES, file.size - offset), offset)
            block, newline, begun = begun.rpartition(b"\n")
            taken = self._take(previous, block + newline) if newline else None
            if taken is None:
                break
            previous, size_bytes = taken
            begun = (block + newline)[size_bytes:] + begun
            end += size_bytes
        return previous, end

    def visit(self, _segment: int, append: ReadAppend) -> None:
        """Take an append that was read line by line."""
        delta = IndexDelta()
        lines = [line for line, _ in append]
        delta.extend(lines[0].position, [line.id for line in lines], lines, [len(raw) for _, raw in append])
        delta.hash = lines[-1].hash
        self.memory.absorb(delta, self.memory.size_bytes)

    def _take(self, previous: StoredLine, block: bytes) -> tuple[StoredLine, int] | None:
        """The whole appends of a block of lines; None where something in it is not as it must be."""
        try:
            found = _DECODER.decode_lines(block)
            if _ENCODER.encode_lines(found) != block:
                return None
            lines = block.split(b"\n")[:-1]
            count = _whole_lines(previous, found) if _closes(previous.hash, lines) else 0
            last = parse_line(lines[count - 1] + b"\n") if count else previous
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadLine):
            return None
        if not count:
            return None
        delta = IndexDelta()
        whole = found[:count]
        lengths = [len(line) + 1 for line in lines[:count]]
        delta.extend(previous.position + 1, [line.id for line in whole], whole, lengths)
        delta.hash = last.hash
        if self._head is not None and previous.position < self._head.position <= last.position:
            refuse_other_hash(self._layout, self._head, found[self._head.position - previous.position - 1].hash)
        self.memory.absorb(delta, self.memory.size_bytes)
        return last, sum(delta.lengths)


def _closes(before: str, lines: Sequence[bytes]) -> bool:
    """The chain of hashes, held against the hashes that the lines state."""
    stated = [line[_HASH] for line in lines]
    found = [
        sha256(hash_before + line[_COVERED]).digest()
        for hash_before, line in zip(chain((before.encode("ascii"),), stated), lines, strict=False)
    ]
    return b"".join(found).hex().encode("ascii") == b"".join(stated)


def _whole_lines(previous: StoredLine, found: Sequence[_Line]) -> int:
    """How many lines stand in whole appends; 0 too where a line does not follow the one before it."""
    position, commit, synced, time = previous.position, previous.commit, previous.synced, previous.time
    count = 0
    for number, line in enumerate(found, 1):
        if line.position != position + 1 or line.time < time:
            return 0
        if commit > position:
            if line.commit != commit or line.synced != synced:
                return 0
        elif line.commit <= position or line.synced not in (synced, position):
            return 0
        position, commit, synced, time = line.position, line.commit, line.synced, line.time
        if commit == position:
            count = number
    return count
