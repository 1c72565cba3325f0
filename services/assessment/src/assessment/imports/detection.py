"""A file's real format, by its first bytes; its name is never asked."""

from enum import Enum, auto

from assessment.imports.problems import Code, FileRefused

ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
COMPOUND_FILE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RAW_EXCEL_MAGICS = (
    b"\x09\x08\x10\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x00\x04\x00",
)
OTHER_MAGICS = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"\x7fELF",
    b"MZ\x90",
    b"SQLite format 3\x00",
)
MARKUP_STARTS = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<script", b"<svg")
LOCK_FILE_BYTES = 165
LONGEST_LOCK_NAME = 54


class Format(Enum):
    """What is read at all."""

    ARCHIVE = auto()
    DELIMITED = auto()


def detect(data: bytes) -> Format:
    """Tell a zip archive from delimited text; raises FileRefused for all else that can be told."""
    if not data.strip():
        raise FileRefused(Code.EMPTY_FILE)
    if data.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)):
        return Format.ARCHIVE
    if data.startswith(COMPOUND_FILE_MAGIC):
        raise FileRefused(_compound_file(data))
    if data.startswith(RAW_EXCEL_MAGICS):
        raise FileRefused(Code.OLD_EXCEL)
    if _is_lock_file(data):
        raise FileRefused(Code.LOCK_FILE)
    if data.startswith(OTHER_MAGICS) or _is_markup(data):
        raise FileRefused(Code.NOT_A_SPREADSHEET)
    return Format.DELIMITED


def _compound_file(data: bytes) -> Code:
    """Tell by the names of its streams what a compound file is: one with a password wraps an .xlsx."""
    if any(name.encode("utf-16-le") in data for name in ("EncryptedPackage", "EncryptionInfo")):
        return Code.PASSWORD_PROTECTED
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return Code.OLD_EXCEL
    return Code.NOT_A_SPREADSHEET


def _is_lock_file(data: bytes) -> bool:
    return len(data) == LOCK_FILE_BYTES and 0 < data[0] <= LONGEST_LOCK_NAME and b"\x00" in data


def _is_markup(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower().startswith(MARKUP_STARTS)
