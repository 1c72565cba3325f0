"""An XML part read by expat as events: no document type, no entities, and text in bounded pieces."""

from collections.abc import Callable, Iterable
from typing import Final
from xml.parsers import expat

from assessment.imports.problems import Code, FileRefused

Attributes = dict[str, str]
# `<!` and the words after it, in the encodings that a parser may accept; for parts that expat can't be given
FORBIDDEN_WORDS: Final = ("<!DOCTYPE", "<!ENTITY")
FORBIDDEN_BYTES: Final = tuple(
    word.encode(encoding)
    for word in FORBIDDEN_WORDS
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "cp037")
)
READ_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii"})


class Reader:
    """Takes the events of one part. Names come as written, with any prefix; text may come in several pieces."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, piece: str) -> None:
        """A piece of text inside the last element begun."""


def local_name(name: str) -> str:
    """Take the prefix off a name: which one a part uses is its own choice."""
    return name.rpartition(":")[2]


def read_markup(chunks: Iterable[bytes], path: str, reader: Reader | None = None) -> None:
    """Feed a part to a reader, if any; raises FileRefused for a document type, an entity, or bad markup."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    if reader is not None:
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = _declared(path)
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbid(path)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError, OSError) as fault:  # the last: a codec that can't be loaded here
        raise FileRefused(Code.DAMAGED_WORKBOOK, path) from fault


def refuse_forbidden_bytes(chunks: Iterable[bytes], path: str) -> None:
    """Look for a document type in a part that isn't read as XML."""
    rest = b""
    for chunk in chunks:
        window = rest + chunk
        if any(word in window for word in FORBIDDEN_BYTES):
            raise FileRefused(Code.FORBIDDEN_MARKUP, path)
        rest = window[-64:]


def _declared(path: str) -> Callable[[str, str | None, int], None]:
    """Only Unicode: what one parser reads as another encoding than the next can't be checked here."""

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in READ_ENCODINGS:
            raise FileRefused(Code.DAMAGED_WORKBOOK, f"{path}: {encoding}")

    return declared


def _forbid(path: str) -> Callable[..., None]:
    def forbid(*_: object) -> None:
        raise FileRefused(Code.FORBIDDEN_MARKUP, path)

    return forbid
