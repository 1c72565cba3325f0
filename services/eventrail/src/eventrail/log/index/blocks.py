"""Checksummed blocks: how the index files keep everything behind their headers.

A section is a run of blocks of 4,080 bytes, the last one shorter, each followed by a CRC-32. It begins with a seed that
holds the file's header and the block's place, so that a block of another file or another place is as good as damaged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

BLOCK_BYTES: Final = 4_080
CHECKSUM_BYTES: Final = 4
_LARGEST: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Section:
    """`size` bytes of content in blocks, the first of which begins at `start` in the file."""

    start: int
    size: int
    block_bytes: int = BLOCK_BYTES

    @property
    def blocks(self) -> int:
        return -(-self.size // self.block_bytes)

    @property
    def end(self) -> int:
        return self.start + self.size + self.blocks * CHECKSUM_BYTES

    def place(self, number: int) -> tuple[int, int]:
        """Offset and length of a block in the file, with its checksum."""
        rest = self.size - number * self.block_bytes
        offset = self.start + number * (self.block_bytes + CHECKSUM_BYTES)
        return offset, min(rest, self.block_bytes) + CHECKSUM_BYTES


def checked(content: bytes, seed: int, offset: int) -> Iterator[bytes]:
    """The pieces of one block as it is written at `offset`."""
    yield content
    yield crc32(content, seed + offset & _LARGEST).to_bytes(CHECKSUM_BYTES, "little")


def form_section(section: Section, content: bytes, seed: int) -> Iterator[bytes]:
    """The pieces of a section, in order."""
    for number in range(section.blocks):
        begin = number * section.block_bytes
        yield from checked(content[begin : begin + section.block_bytes], seed, section.place(number)[0])


def content_of(block: bytes, seed: int, offset: int, length: int) -> bytes | None:
    """What a block holds; None where it is not the block that was written there."""
    content = block[:-CHECKSUM_BYTES]
    stated = int.from_bytes(block[-CHECKSUM_BYTES:], "little")
    return content if crc32(content, seed + offset & _LARGEST) == stated and len(block) == length else None
