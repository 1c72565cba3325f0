"""Where the files of the index come from: loaded, formed from memory, or formed again from a segment."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from eventrail.log.errors import LogCorrupt, RangeDamaged
from eventrail.log.examination import examine_sealed
from eventrail.log.files import Files
from eventrail.log.index.filter_group import FilterGroup
from eventrail.log.index.format import SegmentFacts, form_index
from eventrail.log.index.key_digests import KeyDigests
from eventrail.log.index.memory import MemoryIndex
from eventrail.log.index.rebuilding import NotAsWritten, Progress, read_entries
from eventrail.log.index.sealed import SealedIndex
from eventrail.log.index.segment_ends import SealedSegment
from eventrail.log.index.turns import Rest
from eventrail.log.layout import Layout
from eventrail.log.line import genesis


@dataclass(frozen=True, slots=True)
class IndexStore:
    """The files under `index/` of one log."""

    files: Files
    layout: Layout
    log_id: str
    digests: KeyDigests

    def facts_of(self, sealed: SealedSegment) -> SegmentFacts:
        before, last = sealed.previous, sealed.last
        return SegmentFacts(self.log_id, sealed.first, last.position, sealed.size_bytes, before.hash, last.hash)

    def load(self, facts: SegmentFacts) -> SealedIndex | None:
        """A segment's index from its file; None where that is missing, damaged, stale or of something else."""
        try:
            found = self._index(facts, None)
        except ValueError:
            return None
        return found if found.facts == facts else None

    def form(self, sealed: SealedSegment, progress: Progress) -> SealedIndex:
        """A segment's index from the segment, kept in a file if possible; raises `LogCorrupt`."""
        facts = self.facts_of(sealed)
        try:
            image = self._image(facts, progress)
        except (NotAsWritten, OSError) as error:
            examine_sealed(self.files, self.layout, sealed.first, sealed.previous, lambda _segment, _append: None)
            path = self.layout.segment(sealed.first)
            raise LogCorrupt(path, 0, sealed.first, sealed.last.position, f"could not be indexed: {error}") from error
        return self._stored(facts, image)

    def write_down(self, memory: MemoryIndex, before: SealedIndex | None, rest: Rest) -> SealedIndex:
        """The index of a segment that was sealed behind `before`, from memory, kept in a file if possible."""
        hash_before = before.facts.hash_at_end if before else genesis(self.log_id).hash
        facts = SegmentFacts(self.log_id, memory.first, memory.last, memory.size_bytes, hash_before, memory.hash)
        return self._stored(facts, form_index(facts, memory.entries(self.digests, rest), rest))

    def group(self, members: Sequence[SealedIndex]) -> FilterGroup:
        """The filters of sealed segments in one file, loaded or formed."""

        def filters() -> "Sequence[array[int]]":
            return [member.filter() for member in members]

        facts = [member.facts for member in members]
        words = max(member.filter_words for member in members)
        return FilterGroup(self.files, self.layout.filter_file(facts[0].first), facts, words, filters)

    def _stored(self, facts: SegmentFacts, image: bytes) -> SealedIndex:
        index = self._index(facts, image)
        index.store()
        return index

    def _index(self, facts: SegmentFacts, image: bytes | None) -> SealedIndex:
        return SealedIndex(self.files, self.layout.index_file(facts.first), lambda: self._formed_again(facts), image)

    def _formed_again(self, facts: SegmentFacts) -> bytes:
        try:
            return self._image(facts, lambda _size: None)
        except (NotAsWritten, OSError) as error:
            path = self.layout.segment(facts.first)
            raise RangeDamaged(path, 0, facts.first, facts.last) from error

    def _image(self, facts: SegmentFacts, progress: Progress) -> bytes:
        return form_index(facts, read_entries(self.files, self.layout, facts, self.digests, progress))
