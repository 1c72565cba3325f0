"""Whether the files of the index are whole and of their segments, read beside whoever writes them.

A file that is missing or damaged is no damage to the log: the next start, or the first lookup that meets it, forms it
again. The filters of groups are copies of what these files hold, and are not read.
"""

from dataclasses import dataclass

from eventrail.log.examination import list_segments
from eventrail.log.files import Files
from eventrail.log.index.key_digests import KeyDigests
from eventrail.log.index.segment_ends import read_ends
from eventrail.log.index.store import IndexStore
from eventrail.log.layout import Layout


@dataclass(frozen=True, slots=True)
class IndexInspection:
    """How many files are whole, and the names of those that are not there or not to be believed."""

    whole: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def inspect_index(files: Files, layout: Layout, log_id: str) -> IndexInspection:
    """Hold each file to its segment's ends and each of its blocks to its checksum; raises `LogCorrupt` by the ends."""
    store = IndexStore(files, layout, log_id, KeyDigests(log_id))
    whole, missing, damaged = 0, [], []
    try:
        names = frozenset(files.list_directory(layout.index))
    except FileNotFoundError:
        names = frozenset()
    for segment in read_ends(files, layout, log_id, list_segments(files, layout)):
        name = layout.index_file(segment.first).name
        if name not in names:
            missing.append(name)
            continue
        found = store.load(store.facts_of(segment))
        if found is not None and found.is_whole():
            whole += 1
        else:
            damaged.append(name)
    return IndexInspection(whole, tuple(missing), tuple(damaged))
