"""A file as `multipart/form-data` with one part named `file`, taken apart in memory: nothing of it touches a disk."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from assessment.http.problems import malformed, refused
from contracts.problems import ProblemType

MAX_FRAME_BYTES: Final = 16 * 1024
"""What boundaries and the part's own headers may add to the file."""

PART: Final = "file"
HEAD_END: Final = b"\r\n\r\n"
_BOUNDARY: Final = r'\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))'
_KIND: Final = re.compile(rf"multipart/form-data\s*;(?:.*;)?{_BOUNDARY}", re.IGNORECASE)
_PARAMETER: Final = re.compile(r';\s*(name|filename\*?)=(?:"((?:[^"\\\r\n]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)
_DISPOSITION: Final = re.compile(r"content-disposition:\s*form-data((?:\s*;.*)?)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """file_name: as the client gave it, good for nothing but a remark; data: a view of the body, not a second copy."""

    file_name: str
    data: memoryview


def uploaded(body: bytes, content_type: str) -> Upload:
    """Give the one part of a body; anything else about it is refused."""
    match = _KIND.match(content_type.strip())
    if match is None:
        raise refused(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            "Send multipart/form-data with one part named `file`.",
            at="Content-Type",
            seen=content_type,
        )
    delimiter = b"--" + (match[1] or match[2]).encode("latin-1", "replace")
    start = delimiter + b"\r\n"
    if not body.startswith(start):
        raise malformed("The body does not begin with its boundary.", at="body")
    head_end = body.find(HEAD_END, len(start))
    data_start = head_end + len(HEAD_END)
    data_end = body.find(b"\r\n" + delimiter, data_start)
    if head_end < 0 or data_end < 0:
        raise malformed("The body ends within a part.", at="body")
    rest = data_end + 2 + len(delimiter)
    if len(body) - rest > MAX_FRAME_BYTES or body[rest:].rstrip(b"\r\n") != b"--":
        raise malformed("Send one part, named `file`, and nothing else.", at="body")
    if head_end - len(start) > MAX_FRAME_BYTES:
        raise malformed("The part's headers are too long.", at="body")
    return Upload(_file_name(body[len(start) : head_end]), memoryview(body)[data_start:data_end])


def _file_name(head: bytes) -> str:
    """Find the part's names in its headers; only a part named `file` that is a file will do."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        disposition = _DISPOSITION.match(line)
        if disposition is None:
            continue
        found = _PARAMETER.findall(disposition[1])
        names: dict[str, str] = {name.lower(): quoted or plain for name, quoted, plain in found}
        if names.get("name") != PART:
            raise malformed("The part is not named `file`.", at="body", seen=names.get("name", ""))
        if "filename*" in names:
            return unquote(names["filename*"].rpartition("'")[2])
        if "filename" in names:
            return names["filename"]
        raise malformed("The part `file` is no file.", at="file")
    raise malformed("The part says nothing of what it is.", at="body")
