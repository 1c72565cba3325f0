"""What an operator may choose about a log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`extend_bytes` is how far the open segment is filled with zeros ahead of the writer; 0 lets it grow."""

    segment_bytes: int = 64 * 1024 * 1024
    extend_bytes: int = 4 * 1024 * 1024
    allow_unsafe_file_system: bool = False
    clock_tolerance_seconds: int = 3_600
