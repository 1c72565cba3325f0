"""A batch in the making: appends are answered one after the other, and the lines of those that are new are formed.

Nothing of it is visible to a reader. The log writes `lines`, syncs, and only then adds `delta` to its index.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from eventrail.log.answers import Layer, answer_condition, answer_standing
from eventrail.log.events import Append, Appended, LineTooLarge, NewEvent, Outcome
from eventrail.log.index.port import Index, IndexDelta
from eventrail.log.limits import LINE_BYTES
from eventrail.log.line import form_lines


class Batch:
    """Appends that become durable by one sync; a `Standing` of the durable log and of itself."""

    def __init__(
        self,
        *,
        head_position: int,
        head_hash: str,
        time: str,
        index: Index,
        durable_line: Callable[[int], bytes],
        new_ids: Iterator[str],
    ) -> None:
        self.lines: list[bytes] = []
        self.delta = IndexDelta()
        self.hash = head_hash
        self.time = time
        self._head_position = head_position
        self._index = index
        self._durable_line = durable_line
        self._new_ids = new_ids

    @property
    def position(self) -> int:
        """The last position taken, durable or by this batch."""
        return self._head_position + len(self.lines)

    def admit(self, append: Append) -> Outcome:
        """Answer an append against all that stands before it; a new one takes its positions.

        A replay is answered before the condition is looked at.
        """
        if (standing := answer_standing(append, self)) is not None:
            return standing
        if append.condition and (failed := answer_condition(append.condition, self)) is not None:
            return failed
        return self._form(append)

    def position_of(self, event_id: str) -> int | None:
        position = self.delta.ids.get(event_id)
        return self._index.position_of(event_id) if position is None else position

    def stored_line(self, position: int) -> bytes:
        if position > self._head_position:
            return self.lines[position - self._head_position - 1]
        return self._durable_line(position)

    def layers(self) -> tuple[Layer, ...]:
        durable = Layer(self._index, 0, self._head_position)
        return (Layer(self.delta, self._head_position, self.position), durable) if self.lines else (durable,)

    def _form(self, append: Append) -> Appended | LineTooLarge:
        """Lines are formed aside, so that a line that is too large leaves nothing behind."""
        events, before = append.events, self.position
        first, last = before + 1, before + len(events)
        ids = self._ids_of(events)
        lines, last_hash = form_lines(events, ids, first, self.time, last, self._head_position, self.hash)
        lengths = [len(line) for line in lines]
        if max(lengths) - 1 > LINE_BYTES:
            return _first_too_large(lengths)
        self.delta.extend(first, ids, events, lengths)
        self.lines += lines
        self.hash = self.delta.hash = last_hash
        return Appended(first, last)

    def _ids_of(self, events: Sequence[NewEvent]) -> Sequence[str]:
        if events[0].id is None:
            return list(islice(self._new_ids, len(events)))
        given = [event.id for event in events if event.id is not None]
        assert len(given) == len(events), "ids are given for all events of an append or for none"
        return given


def wanted_ids(batch: Sequence[Append]) -> int:
    """How many ids the server gives at most: an append that is refused leaves its own unused."""
    return sum([len(append.events) for append in batch if append.events[0].id is None])


def _first_too_large(lengths: Sequence[int]) -> LineTooLarge:
    number, length = next((number, length) for number, length in enumerate(lengths) if length - 1 > LINE_BYTES)
    return LineTooLarge(number, length - 1)
