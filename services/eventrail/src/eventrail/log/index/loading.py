"""The index at a start: files that fit are taken, the others are formed again from their segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventrail.log.errors import LogCorrupt, RangeDamaged
from eventrail.log.files import Files
from eventrail.log.index.key_digests import KeyDigests
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.sealed import SealedIndex
from eventrail.log.index.segment_ends import SealedSegment
from eventrail.log.index.segmented import SegmentedIndex
from eventrail.log.index.store import IndexStore
from eventrail.log.layout import Layout

RebuildProgress = Callable[[int, int], None]
"""Called while files of the index are formed again, with the bytes of segments read so far and to be read in all."""


def silent(_done_bytes: int, _total_bytes: int) -> None:
    """Tell nobody."""


def load_index(
    files: Files,
    layout: Layout,
    log_id: str,
    sealed: Sequence[SealedSegment],
    progress: RebuildProgress,
    opened: MemoryIndex | None = None,
) -> SegmentedIndex:
    """The index of the sealed segments and of the `opened` one; raises `LogCorrupt` where a segment is not whole."""
    store = IndexStore(files, layout, log_id, KeyDigests(log_id))
    loaded = [store.load(store.facts_of(segment)) for segment in sealed]
    total = sum(segment.size_bytes for segment, found in zip(sealed, loaded, strict=True) if found is None)
    tally = _Tally(total, progress)
    formed = [_formed(store, segment, found, tally) for segment, found in zip(sealed, loaded, strict=True)]
    try:
        return SegmentedIndex(store, formed, opened)
    except RangeDamaged as damage:
        # A filter is only looked at now: its file was damaged, and so is the segment that could heal it.
        for segment in sealed:
            if segment.first == damage.first_position:
                store.form(segment, tally.add)
        reason = "the segment can't be indexed"
        raise LogCorrupt(damage.file, damage.offset, damage.first_position, damage.last_position, reason) from damage


def _formed(store: IndexStore, segment: SealedSegment, found: SealedIndex | None, tally: "_Tally") -> SealedIndex:
    return store.form(segment, tally.add) if found is None else found


@dataclass(slots=True)
class _Tally:
    total_bytes: int
    progress: RebuildProgress
    done_bytes: int = 0

    def add(self, size_bytes: int) -> None:
        self.done_bytes += size_bytes
        self.progress(self.done_bytes, self.total_bytes)
