"""The first moments of a log: taking its directory for this process, and making it where there is none yet."""

import os
from collections.abc import Callable

from eventrail.log.documents import read_identity, write_identity
from eventrail.log.errors import LogCorrupt, LogLocked, UnsafeFileSystem
from eventrail.log.file_system import is_unsafe
from eventrail.log.files import Files
from eventrail.log.layout import Layout
from eventrail.log.transfer import read_file


def claim(files: Files, layout: Layout, *, allow_unsafe_file_system: bool) -> int:
    """Take the lock before anything is looked at; returns its descriptor, which holds it until it is closed."""
    files.make_directory(layout.directory)
    kind = files.file_system_kind(layout.directory)
    if is_unsafe(kind) and not allow_unsafe_file_system:
        raise UnsafeFileSystem(layout.directory, kind)
    descriptor = files.open(layout.lock, os.O_RDWR | os.O_CREAT)
    if not files.try_lock(descriptor):
        files.close(descriptor)
        raise LogLocked(layout.directory)
    return descriptor


def identify(files: Files, layout: Layout, make_log_id: Callable[[], str]) -> str:
    """The id of the log that lives here, or of a new one.

    `log.json` is written last: where it stands, the first segment was made, and a missing one is a loss.
    """
    identity = read_identity(files, layout)
    if identity is not None:
        return identity.log_id
    _refuse_remains(files, layout)
    files.make_directory(layout.segments)
    files.close(files.open(layout.segment(1), os.O_RDWR | os.O_CREAT))
    files.sync_directory(layout.segments)
    # A file system may keep the later name and lose the earlier one: `segments` must not be missing beside `log.json`.
    files.sync_directory(layout.directory)
    files.sync_directory(layout.directory.parent)
    log_id = make_log_id()
    write_identity(files, layout, log_id)
    return log_id


def _refuse_remains(files: Files, layout: Layout) -> None:
    """Only an empty first segment may stand without `log.json`: the start that made it did not come to its end."""
    if layout.head.name in files.list_directory(layout.directory):
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing, but a log has lived here")
    try:
        names = files.list_directory(layout.segments)
    except FileNotFoundError:
        return
    if any(name != layout.segment(1).name or read_file(files, layout.segments / name) for name in names):
        raise LogCorrupt(layout.identity, 0, 0, 0, "missing, but there are segments")
