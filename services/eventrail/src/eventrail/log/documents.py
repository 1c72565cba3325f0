"""The two small documents beside the segments: `log.json`, what log this is, and `head.json`, how far it had come."""

from typing import Final

import msgspec

from eventrail.log.errors import ForeignFormat, LogCorrupt
from eventrail.log.events import Head
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.transfer import read_file, replace_file

FORMAT: Final = 1


class Identity(msgspec.Struct, frozen=True):
    """The format of the files, and the id whose hash begins the chain."""

    format: int
    log_id: str


class HeadDocument(msgspec.Struct, frozen=True):
    """A position that was durable, and its hash: a witness against the loss of a tail."""

    position: int
    hash: str


def read_identity(files: Files, layout: Layout) -> Identity | None:
    """Which log this is; None where no log has been made. Raises `ForeignFormat`, `LogCorrupt`."""
    try:
        content = read_file(files, layout.identity)
    except FileNotFoundError:
        return None
    try:
        identity = msgspec.json.decode(content, type=Identity)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LogCorrupt(layout.identity, 0, 0, 0, f"not what a log states of itself: {error}") from error
    if identity.format != FORMAT:
        raise ForeignFormat(layout.identity, identity.format, FORMAT)
    return identity


def write_identity(files: Files, layout: Layout, log_id: str) -> None:
    replace_file(files, layout.identity, msgspec.json.encode(Identity(FORMAT, log_id)) + b"\n")


def read_head(files: Files, layout: Layout) -> Head | None:
    """The head that was last written down. Raises `LogCorrupt`: a damaged witness is no reason to believe less."""
    try:
        content = read_file(files, layout.head)
    except FileNotFoundError:
        return None
    try:
        document = msgspec.json.decode(content, type=HeadDocument)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LogCorrupt(layout.head, 0, 0, 0, f"unreadable ({error}); remove it to start without it") from error
    return Head(document.position, document.hash)


def write_head(files: Files, layout: Layout, head: Head) -> None:
    replace_file(files, layout.head, msgspec.json.encode(HeadDocument(head.position, head.hash)) + b"\n")
