"""Server-sent events, taken apart as the bytes come (WHATWG HTML, section 9.2)."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of the stream; `data` has no line feed at its end."""

    event: str
    data: bytes
    id: str


class Frames:
    """Collects bytes and gives whole frames; comments, which are heartbeats, are dropped."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._data: list[bytes] = []
        self._event = ""
        self._id = ""

    def feed(self, part: bytes) -> Iterator[Frame]:
        """The frames that this part completes."""
        *lines, rest = part.split(b"\n")
        for line in lines:
            self._rest.append(line)
            whole, self._rest = b"".join(self._rest), []
            frame = self._line(whole.removesuffix(b"\r"))
            if frame is not None:
                yield frame
        if rest:
            self._rest.append(rest)

    def _line(self, line: bytes) -> Frame | None:
        if not line:
            return self._completed()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode(errors="replace")
        elif name == b"id":
            self._id = value.decode(errors="replace")
        return None

    def _completed(self) -> Frame | None:
        data, event = self._data, self._event
        self._data, self._event = [], ""
        return Frame(event or "message", b"\n".join(data), self._id) if data else None
