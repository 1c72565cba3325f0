"""The index at a start: files that fit are taken, the others are formed again from their segments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eventrail.log.files import Files
from eventrail.log.index import Index, IndexDelta
from eventrail.log.index_store import IndexStore
from eventrail.log.key_digests import KeyDigests
from eventrail.log.layout import Layout
from eventrail.log.scanning import ReadAppend
from eventrail.log.sealed_index import SealedIndex
from eventrail.log.segment_ends import SealedSegment
from eventrail.log.segmented_index import SegmentedIndex

RebuildProgress = Callable[[int, int], None]
"""Called while files of the index are formed again, with the bytes of segments read so far and to be read in all."""


def silent(_done_bytes: int, _total_bytes: int) -> None:
    """Tell nobody."""


def load_index(
    files: Files, layout: Layout, log_id: str, sealed: Sequence[SealedSegment], progress: RebuildProgress
) -> SegmentedIndex:
    """The index of the sealed segments; raises `LogCorrupt` where one that must be read is not whole."""
    store = IndexStore(files, layout, log_id, KeyDigests(log_id))
    loaded = [store.load(store.facts_of(segment)) for segment in sealed]
    total = sum(segment.size_bytes for segment, found in zip(sealed, loaded, strict=True) if found is None)
    tally = _Tally(total, progress)
    return SegmentedIndex(
        store, [_formed(store, segment, found, tally) for segment, found in zip(sealed, loaded, strict=True)]
    )


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


class OpenSegment:
    """Gathers what the open segment adds to the index, while it is read."""

    def __init__(self) -> None:
        self._delta = IndexDelta()
        self._segment = 0

    def visit(self, segment: int, append: ReadAppend) -> None:
        self._segment = segment
        for line, raw in append:
            self._delta.add(line.position, line.id, line.type, line.tags, len(raw))
        self._delta.hash = append[-1][0].hash

    def absorbed_by(self, index: Index) -> None:
        if self._delta.lengths:
            index.absorb(self._delta, self._segment, 0)
