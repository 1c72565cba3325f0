"""Logs of many small segments for tests of the index, and all that it must answer by what their lines say."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eventrail.log.files import Files
from eventrail.log.index.port import Index, Postings
from eventrail.log.index.segmented import SegmentedIndex
from eventrail.log.line import parse_line
from eventrail.log.log import Log
from eventrail.log.options import Options
from tests.kit.logs import HastyFiles, append, event, numbered_id, open_log

TINY: Final = Options(segment_bytes=1_000, extend_bytes=0, reserve_bytes=0)
"""Three lines a segment."""
ABSENT: Final = numbered_id(0xDEAD)


def make_segments(directory: Path, segments: int, *, files: Files | None = None) -> Log:
    """An open log of so many segments and an open one, with a common and a rare type, and tags that come again."""
    log = open_log(directory, TINY, files=files or HastyFiles())
    number = 0
    while log.statistics().segments <= segments:
        number += 1
        kind = "rare" if number % 7 == 0 else "common"
        tags = (f"own:{number}", f"third:{number % 3}", f"third:{number % 3}")
        log.commit([append(event(b'"\xf0\x9f\x8c\x8d"', *tags, kind=kind, number=number))])
    return log


def index_of(log: Log) -> SegmentedIndex:
    assert isinstance(log._index, SegmentedIndex)
    return log._index


def written_down(log: Log) -> SegmentedIndex:
    """Everything of the sealed segments in files."""
    index = index_of(log)
    while index.maintain():
        pass
    assert index.waiting == 0
    return index


@dataclass(frozen=True)
class Answers:
    """All that an index can be asked about a log."""

    ids: dict[str, int | None]
    types: dict[str, tuple[list[int], list[int]]]
    tags: dict[str, tuple[list[int], list[int]]]
    places: list[tuple[int, int, int]]
    runs: int
    totals: dict[str, int]


def scanned(directory: Path) -> Answers:
    """What a scan over the segments says."""
    ids: dict[str, int | None] = {ABSENT: None}
    types: defaultdict[str, list[int]] = defaultdict(list, absent=[])
    tags: defaultdict[str, list[int]] = defaultdict(list, {"absent:1": []})
    places = []
    paths = sorted((directory / "segments").iterdir())
    for path in paths:
        offset = 0
        for raw in path.read_bytes().splitlines(keepends=True):
            line = parse_line(raw)
            ids[line.id] = line.position
            types[line.type].append(line.position)
            for tag in set(line.tags):
                tags[tag].append(line.position)
            places.append((int(path.stem), offset, len(raw)))
            offset += len(raw)
    both = {kind: (found, found[::-1]) for kind, found in types.items()}
    totals = Counter({kind: len(found) for kind, found in types.items() if found})
    return Answers(
        ids, both, {tag: (found, found[::-1]) for tag, found in tags.items()}, places, len(paths), dict(totals)
    )


def asked(index: Index, about: Answers) -> Answers:
    """What an index says of everything that a scan has found."""
    head = len(about.places)
    ranges = index.ranges(1, head)
    singles = [index.ranges(position, position) for position in range(1, head + 1)]
    return Answers(
        {event_id: index.position_of(event_id) for event_id in about.ids},
        {kind: _walked(index.typed(kind), head) for kind in about.types},
        {tag: _walked(index.tagged(tag), head) for tag in about.tags},
        [(found.segment, found.offset, found.length) for (found,) in singles],
        len(ranges),
        index.events_by_type(),
    )


def _walked(postings: Postings, head: int) -> tuple[list[int], list[int]]:
    """All positions from the first on, and all from the last back."""
    forward: list[int] = []
    backward: list[int] = []
    while (found := postings.ceiling(forward[-1] + 1 if forward else 1)) is not None:
        forward.append(found)
    while found := postings.floor(backward[-1] - 1 if backward else head):
        backward.append(found)
    return forward, backward


def index_files(directory: Path) -> Sequence[Path]:
    return sorted((directory / "index").iterdir())
