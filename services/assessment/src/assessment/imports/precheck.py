"""Everything about a workbook that must be known before the parser may see it, with the standard library alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assessment.imports.archive import Archive, open_archive, refuse_packed
from assessment.imports.markup import read_markup, refuse_forbidden_bytes
from assessment.imports.sheet_scan import SharedStringReader, SheetReader, SheetScan
from assessment.imports.styles import StyleReader
from assessment.imports.workbook_map import (
    CONTENT_TYPES_PATH,
    RELATIONS_PATH,
    WORKBOOK_PATH,
    SheetPart,
    refuse_other_formats,
    sheet_parts,
)

SHARED_STRINGS_PATH: Final = "xl/sharedstrings.xml"
STYLES_PATH: Final = "xl/styles.xml"
READ_PATHS: Final = frozenset({SHARED_STRINGS_PATH, STYLES_PATH, WORKBOOK_PATH, RELATIONS_PATH, CONTENT_TYPES_PATH})
MARKUP_NAMES: Final = (".xml", ".rels")


@dataclass(frozen=True, slots=True)
class WorkbookScan:
    """sheets: every worksheet in order, hidden ones included, with what its markup says."""

    sheets: tuple[tuple[SheetPart, SheetScan], ...]
    has_pictures: bool


def check_workbook(data: bytes) -> WorkbookScan:
    """Judge a zip archive as a workbook; raises FileRefused for whatever the parser must not see.

    Parts are unpacked in pieces, so that memory stays small.
    """
    archive = open_archive(data)
    refuse_other_formats(archive)
    parts = sheet_parts(archive)
    sheet_paths = {part.path for part in parts}
    shared, styles = SharedStringReader(), StyleReader()
    for path, part_reader in ((SHARED_STRINGS_PATH, shared), (STYLES_PATH, styles)):
        if path in archive.entries:
            read_markup(archive.chunks(path), path, part_reader)
    for path in sorted(archive.entries.keys() - sheet_paths - READ_PATHS):
        _check_part(archive, path)
    scans = _scan_sheets(archive, parts, shared.lengths, styles.styles)
    return WorkbookScan(scans, any(path.startswith("xl/media/") for path in archive.entries))


def _scan_sheets(
    archive: Archive, parts: list[SheetPart], shared: list[int], styles: set[int]
) -> tuple[tuple[SheetPart, SheetScan], ...]:
    scans = []
    cells = 0
    for part in parts:
        reader = SheetReader(shared, styles, limited=not part.hidden, cells=cells)
        read_markup(archive.chunks(part.path), part.path, reader)
        cells = reader.cells
        scans.append((part, reader.scan))
    return tuple(scans)


def _check_part(archive: Archive, path: str) -> None:
    chunks = _first_checked(archive.chunks(path), path)
    if path.endswith(MARKUP_NAMES):
        read_markup(chunks, path)
    else:
        refuse_forbidden_bytes(chunks, path)


def _first_checked(chunks: Iterator[bytes], path: str) -> Iterator[bytes]:
    first = next(chunks, b"")
    refuse_packed(path, first)
    yield first
    yield from chunks
