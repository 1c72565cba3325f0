"""Where a repair finds lines that the log has lost: another directory of the same log; JetStream's copy is another."""

from collections.abc import Sequence
from typing import Protocol

from eventrail.log.checking.extent import lines_of
from eventrail.log.examination import list_segments
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.line import BadLine, parse_line


class LineSource(Protocol):
    """Nothing that it says is believed before the chain of the log closes over it."""

    def line_at(self, position: int) -> bytes | None:
        """The line of a position, with its newline; None where the source does not hold it."""
        ...


def lines_by_position(lines: Sequence[bytes]) -> dict[int, bytes]:
    """Whatever has the shape of a line, by the position that it states; of two, the first."""
    found: dict[int, bytes] = {}
    for raw in lines:
        try:
            found.setdefault(parse_line(raw).position, raw)
        except BadLine:
            continue
    return found


class DirectoryLines:
    """The lines of a directory, one segment in memory at a time. Raises `LogCorrupt` where it can't be listed."""

    def __init__(self, files: Files, layout: Layout) -> None:
        self._files = files
        self._layout = layout
        self._segments = list_segments(files, layout)
        self._held = 0
        self._lines: dict[int, bytes] = {}

    def line_at(self, position: int) -> bytes | None:
        holding = max((first for first in self._segments if first <= position), default=0)
        if holding != self._held:
            self._held = holding
            with lines_of(self._files, self._layout.segment(holding)) as lines:
                self._lines = lines_by_position([raw for _, raw in lines])
        return self._lines.get(position)
