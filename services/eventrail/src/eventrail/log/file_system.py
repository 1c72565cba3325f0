"""Which file systems are trusted to keep what they have synced, read from the kernel's mount table."""

from pathlib import Path
from typing import Final

UNSAFE_KINDS: Final = frozenset(
    {
        "9p",
        "afs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse",
        "fuseblk",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "orangefs",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
    }
)
_MOUNT_TABLE: Final = Path("/proc/self/mountinfo")


def is_unsafe(kind: str) -> bool:
    """Network file systems, and those that another process serves."""
    return kind in UNSAFE_KINDS or kind.startswith("fuse.")


def kind_of(path: Path) -> str:
    """The kind of the file system that holds `path`; empty where the system has no mount table."""
    try:
        table = _MOUNT_TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    return kind_in(table, path.resolve())


def kind_in(table: str, path: Path) -> str:
    """The kind of the longest mount point above `path`; of two mounts on one point, the later hides the earlier."""
    longest, kind = -1, ""
    for line in table.splitlines():
        mount, _, source = line.partition(" - ")
        point = Path(_unescape(mount.split(" ")[4]))
        if len(point.parts) >= longest and path.is_relative_to(point):
            longest, kind = len(point.parts), source.split(" ")[0]
    return kind


def _unescape(field: str) -> str:
    """The table writes space, tab, newline and backslash as three octal digits."""
    for character in " \t\n\\":
        field = field.replace(f"\\{ord(character):03o}", character)
    return field
