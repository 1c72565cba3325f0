"""A zip archive's directory, judged before anything in it is unpacked, and its parts, unpacked under a count."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from assessment.imports.limits import MAX_ARCHIVE_ENTRIES, MAX_INFLATED_BYTES, MAX_INFLATION_RATIO
from assessment.imports.problems import Code, FileRefused

CHUNK_BYTES: Final = 64 * 1024
ENCRYPTED_FLAG: Final = 0x1
PACKED_MAGICS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")
PACKED_NAMES: Final = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".jar", ".7z", ".rar", ".gz", ".exe", ".dll")
LOCAL_HEADER_BYTES: Final = 30
END_MAGIC: Final = b"PK\x05\x06"
ZIP64_MAGIC: Final = b"PK\x06\x06"
END_BYTES: Final = 22

# what zipfile raises on hostile bytes, beside its own error
ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OSError,
    NotImplementedError,
    RuntimeError,
    IndexError,
    struct.error,
    OverflowError,
)


@dataclass(slots=True)
class Archive:
    """An admitted archive. inflated_bytes: what was unpacked so far, whatever the directory declares."""

    file: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]
    inflated_bytes: int = field(default=0)

    def chunks(self, path: str) -> Iterator[bytes]:
        """Unpack a part piece by piece; raises FileRefused past the limit or on bytes that contradict the directory."""
        try:
            with self.file.open(self.entries[path]) as part:
                while chunk := part.read(CHUNK_BYTES):
                    self.inflated_bytes += len(chunk)
                    if self.inflated_bytes > MAX_INFLATED_BYTES:
                        raise FileRefused(Code.INFLATES_TOO_FAR, path)
                    yield chunk
        except ZIP_FAULTS as fault:
            raise FileRefused(Code.DAMAGED_WORKBOOK, path) from fault


def open_archive(data: bytes) -> Archive:
    """Admit an archive by its directory; paths are in lower case, as the parser compares them."""
    try:
        file = zipfile.ZipFile(BytesIO(data))
    except ZIP_FAULTS as fault:
        raise FileRefused(Code.DAMAGED_WORKBOOK) from fault
    _check_end(data, file.start_dir)
    entries = file.infolist()
    if len(entries) > MAX_ARCHIVE_ENTRIES:
        raise FileRefused(Code.TOO_MANY_PARTS, str(len(entries)))
    _check_sizes(entries, len(data))
    _check_places(entries, file.start_dir)
    return Archive(file, _by_path(entries))


def refuse_packed(path: str, start: bytes) -> None:
    """Refuse a part that is itself an archive or a compound file, by its name or its first bytes."""
    if path.endswith(PACKED_NAMES) or start.startswith(PACKED_MAGICS):
        raise FileRefused(Code.EMBEDDED_FILE, path)


def _check_end(data: bytes, directory_start: int) -> None:
    """The directory ends once, at the end of the file: no second one that another reader would rather believe."""
    ends = data.count(END_MAGIC, directory_start)
    comment_bytes = len(data) - data.find(END_MAGIC, directory_start) - END_BYTES
    if ends != 1 or data.count(ZIP64_MAGIC, directory_start) or comment_bytes != _declared_comment_bytes(data):
        raise FileRefused(Code.DAMAGED_WORKBOOK)


def _declared_comment_bytes(data: bytes) -> int:
    start = data.rfind(END_MAGIC) + END_BYTES - 2
    return int.from_bytes(data[start : start + 2], "little")


def _check_sizes(entries: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    declared = sum(entry.file_size for entry in entries)
    if declared > MAX_INFLATED_BYTES or declared > MAX_INFLATION_RATIO * archive_bytes:
        raise FileRefused(Code.INFLATES_TOO_FAR, f"{declared} bytes")


def _check_places(entries: list[zipfile.ZipInfo], directory_start: int) -> None:
    """Entries lie one after the other from the first byte on: no overlaps, nothing before them."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end or (end == 0 and entry.header_offset != 0):
            raise FileRefused(Code.DAMAGED_WORKBOOK, entry.filename)
        end = entry.header_offset + LOCAL_HEADER_BYTES + entry.compress_size
    if end > directory_start:
        raise FileRefused(Code.DAMAGED_WORKBOOK)


def _by_path(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    by_path: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        if entry.flag_bits & ENCRYPTED_FLAG:
            raise FileRefused(Code.PASSWORD_PROTECTED)
        path = entry.filename.replace("\\", "/").lower()
        if path in by_path or path.startswith("/") or ".." in path.split("/") or not _is_known_method(entry):
            raise FileRefused(Code.DAMAGED_WORKBOOK, entry.filename)
        if not entry.is_dir():
            by_path[path] = entry
    return by_path


def _is_known_method(entry: zipfile.ZipInfo) -> bool:
    return entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
