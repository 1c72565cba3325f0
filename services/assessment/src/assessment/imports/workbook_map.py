"""Which part of the archive holds which sheet: the workbook's list of sheets, its relations, and the content types."""

import posixpath
from dataclasses import dataclass, field
from typing import Final

from assessment.imports.archive import Archive
from assessment.imports.markup import Attributes, Reader, local_name, read_markup
from assessment.imports.problems import Code, FileRefused

CONTENT_TYPES_PATH: Final = "[content_types].xml"
WORKBOOK_PATH: Final = "xl/workbook.xml"
RELATIONS_PATH: Final = "xl/_rels/workbook.xml.rels"
MIME_TYPE_PATH: Final = "mimetype"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet by its name as shown, and the path of its part in lower case."""

    name: str
    hidden: bool
    path: str


@dataclass(slots=True)
class _WorkbookReader(Reader):
    sheets: list[tuple[str, bool, str]] = field(default_factory=list)

    def start(self, name: str, attributes: Attributes) -> None:
        if local_name(name) == "sheet":
            relation = next((value for key, value in attributes.items() if local_name(key) == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), hidden, relation))


@dataclass(slots=True)
class _RelationReader(Reader):
    targets: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: Attributes) -> None:
        if local_name(name) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            self.targets[attributes.get("Id", "")] = posixpath.normpath(path).lower()


@dataclass(slots=True)
class _ContentTypeReader(Reader):
    types: set[str] = field(default_factory=set)

    def start(self, name: str, attributes: Attributes) -> None:
        self.types.add(attributes.get("ContentType", "").lower())


def refuse_other_formats(archive: Archive) -> None:
    """Raise FileRefused for an archive that is something else than a plain .xlsx workbook."""
    paths = archive.entries.keys()
    if "xl/workbook.bin" in paths:
        raise FileRefused(Code.BINARY_EXCEL)
    if MIME_TYPE_PATH in paths and b"opendocument" in b"".join(archive.chunks(MIME_TYPE_PATH)):
        raise FileRefused(Code.OPEN_DOCUMENT)
    if WORKBOOK_PATH not in paths or CONTENT_TYPES_PATH not in paths:
        raise FileRefused(Code.NOT_A_SPREADSHEET)
    macro_part = next((path for path in paths if path.endswith("vbaproject.bin") or "/macrosheets/" in path), None)
    if macro_part is not None:
        raise FileRefused(Code.MACROS, macro_part)
    _check_content_types(archive)


def sheet_parts(archive: Archive) -> list[SheetPart]:
    """List the worksheets in the workbook's order; chart sheets are left out."""
    if RELATIONS_PATH not in archive.entries:
        raise FileRefused(Code.DAMAGED_WORKBOOK, RELATIONS_PATH)
    workbook, relations = _WorkbookReader(), _RelationReader()
    read_markup(archive.chunks(WORKBOOK_PATH), WORKBOOK_PATH, workbook)
    read_markup(archive.chunks(RELATIONS_PATH), RELATIONS_PATH, relations)
    parts = [
        SheetPart(name, hidden, relations.targets[relation])
        for name, hidden, relation in workbook.sheets
        if relation in relations.targets
    ]
    missing = next((part.path for part in parts if part.path not in archive.entries), None)
    if missing is not None or not parts:
        raise FileRefused(Code.DAMAGED_WORKBOOK, missing)
    return parts


def _check_content_types(archive: Archive) -> None:
    reader = _ContentTypeReader()
    read_markup(archive.chunks(CONTENT_TYPES_PATH), CONTENT_TYPES_PATH, reader)
    if any("macroenabled" in one for one in reader.types):
        raise FileRefused(Code.MACROS)
    if not any("spreadsheetml.sheet.main" in one or "spreadsheetml.template.main" in one for one in reader.types):
        raise FileRefused(Code.NOT_A_SPREADSHEET)
