"""What the machine did while something was measured: its load, what was stolen from it, a server's time and memory."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Times:
    """Since the machine's start, in ticks."""

    all: int
    idle: int
    stolen: int

    @classmethod
    def now(cls) -> Self:
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return cls(sum(fields), fields[3] + fields[4], fields[7])

    def stolen_since(self, before: "Times") -> float:
        """The part of the time that the machine's host kept for others, from 0 to 1."""
        return (self.stolen - before.stolen) / max(self.all - before.all, 1)


def load() -> float:
    return os.getloadavg()[0]


def family(pid: int) -> list[int]:
    """A process and all that it started: PostgreSQL is many."""
    found = [pid]
    for one in found:
        try:
            threads = Path(f"/proc/{one}/task").iterdir()
            found += [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return found


def cpu_seconds(pid: int) -> float:
    """Of the family, those of it that have ended included."""
    return sum(_ticks(one) for one in family(pid)) / TICKS


def memory_mib(pid: int) -> float:
    """The most that one process had of it at a time."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15])
