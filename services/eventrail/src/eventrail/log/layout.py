"""The log's directory: where everything in it lies."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SEGMENT_NAME: Final = re.compile(r"([0-9]{20})\.ndjson")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a log, from its directory."""

    directory: Path

    @property
    def lock(self) -> Path:
        return self.directory / "lock"

    @property
    def identity(self) -> Path:
        return self.directory / "log.json"

    @property
    def head(self) -> Path:
        return self.directory / "head.json"

    @property
    def segments(self) -> Path:
        return self.directory / "segments"

    @property
    def quarantine(self) -> Path:
        return self.directory / "quarantine"

    @property
    def reserve(self) -> Path:
        return self.directory / "reserve"

    @property
    def index(self) -> Path:
        return self.directory / "index"

    def index_file(self, first_position: int) -> Path:
        """The index of one sealed segment."""
        return self.index / f"{first_position:020}.index"

    def filter_file(self, first_position: int) -> Path:
        """The filters of a group of sealed segments, named by the first."""
        return self.index / f"{first_position:020}.filters"

    def segment(self, first_position: int) -> Path:
        return self.segments / f"{first_position:020}.ndjson"


def first_position_of(name: str) -> int | None:
    """The position that a segment's file name states; None where it is no such name."""
    named = _SEGMENT_NAME.fullmatch(name)
    return int(named[1]) if named else None
