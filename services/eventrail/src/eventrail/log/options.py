"""What an operator may choose about a log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`extend_bytes` is how far the open segment is filled with zeros ahead of the writer; 0 lets it grow.

    `reserve_bytes` is the room that is kept for recovery on a full disk, at most a segment's and at most a sixteenth of
    the file system; 0 keeps none. `stall_seconds` is how long the disk may take for a batch before that is an alarm.
    `scrub_pause_seconds` is the rest between two rounds of the scrub.
    """

    segment_bytes: int = 64 * 1024 * 1024
    extend_bytes: int = 1024 * 1024
    allow_unsafe_file_system: bool = False
    clock_tolerance_seconds: int = 3_600
    reserve_bytes: int = 64 * 1024 * 1024
    stall_seconds: float = 5.0
    scrub_pause_seconds: float = 3_600.0
