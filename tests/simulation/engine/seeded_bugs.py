"""Mistakes that stores have really made, each put into the engine or under it, for the checker to find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from eventrail.log import batch, examination, log as log_module, opening, recovery, scanning, segments
from eventrail.log.batch import Batch
from eventrail.log.documents import read_head
from eventrail.log.events import Append, Head, Outcome
from eventrail.log.examination import Witnesses
from eventrail.log.layout import Layout
from eventrail.log.line import StoredLine, follow
from eventrail.log.log import Log
from eventrail.log.scanning import Aftermath
from eventrail.log.segments import Segments
from tests.kit.simulated_disk.process import SimulatedFiles
from tests.simulation.engine.fate import Fate

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Bug:
    """`needs` says in which histories the bug can show itself at all."""

    name: str
    put_in: Patch
    needs: Callable[[Fate], bool] = lambda _: True


def _acknowledge_before_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SimulatedFiles, "sync_data", lambda *_: None)


def _skip_the_rest_of_a_short_write(patch: pytest.MonkeyPatch) -> None:
    write_at = SimulatedFiles.write_at

    def claims_all(self: SimulatedFiles, descriptor: int, data: bytes | memoryview, offset: int) -> int:
        write_at(self, descriptor, data, offset)
        return len(data)

    patch.setattr(SimulatedFiles, "write_at", claims_all)


def _characters(value: Any) -> int:
    return len(value.decode()) if isinstance(value, bytes) else len(value)


def _count_characters_for_the_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(segments, "len", _characters, raising=False)


def _count_characters_for_the_index(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "len", _characters, raising=False)


def _never_corrupt(patch: pytest.MonkeyPatch) -> None:
    """Whatever stands behind a bad line proves nothing, and neither does a witness."""
    patch.setattr(examination, "survey", lambda *_: Aftermath(-1, None))
    patch.setattr(Witnesses, "highest", property(lambda *_: 0))
    patch.setattr(opening, "read_head", lambda *_: None)
    patch.setattr(log_module, "_suspension", lambda *_: None)


def _truncate_at_the_first_bad_line(patch: pytest.MonkeyPatch) -> None:
    _never_corrupt(patch)

    def cut(files: Any, layout: Layout, descriptor: int, found: Any) -> tuple[int, None]:
        files.truncate(descriptor, found.end)
        return 0, None

    patch.setattr(recovery, "_cut", cut)


def _no_directory_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SimulatedFiles, "sync_directory", lambda *_: None)


def _believe_head_json_for_the_next_position(patch: pytest.MonkeyPatch) -> None:
    """A start that goes on where the head was last written down gives later positions again."""
    open_parts = opening.open_parts

    def behind(directory: Any, options: Any, surroundings: Any, *rest: Any) -> Any:
        written = read_head(surroundings.files, Layout(directory)) if _has_log(surroundings.files, directory) else None
        parts = open_parts(directory, options, surroundings, *rest)
        return replace(parts, head=written) if written and written.position < parts.head.position else parts

    patch.setattr(log_module, "open_parts", behind)


def _has_log(files: SimulatedFiles, directory: Any) -> bool:
    try:
        return "head.json" in files.list_directory(directory)
    except FileNotFoundError:
        return False


def _sync_again_after_a_failure(patch: pytest.MonkeyPatch) -> None:
    sync_data = SimulatedFiles.sync_data

    def twice(self: SimulatedFiles, descriptor: int) -> None:
        try:
            sync_data(self, descriptor)
        except OSError:
            sync_data(self, descriptor)

    patch.setattr(SimulatedFiles, "sync_data", twice)


def _take_a_known_id_as_new(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "answer_standing", lambda *_: None)


def _hold_conditions_against_the_durable_log_only(patch: pytest.MonkeyPatch) -> None:
    layers = Batch.layers
    patch.setattr(Batch, "layers", lambda self: layers(self)[-1:])


def _keep_half_of_an_append(patch: pytest.MonkeyPatch) -> None:
    """A scan that takes every line for a whole append."""

    def alone(previous: StoredLine, raw: bytes) -> StoredLine:
        line = follow(previous, raw)
        return msgspec.structs.replace(line, commit=line.position)

    patch.setattr(scanning, "follow", alone)


def _show_before_the_sync(patch: pytest.MonkeyPatch) -> None:
    """Readers see the batch as soon as it is written."""

    def early(self: Log, forming: Batch) -> float:
        with self._writing:
            place = self._segments.append(b"".join(forming.lines), self._head.position + 1)
            self._segments.settle()
            self._index.absorb(forming.delta, place.segment, place.offset)
            self._head = Head(forming.position, forming.hash)
            self._segments.sync()
        return 0.0

    patch.setattr(Log, "_make_durable", early)


def _forget_ids_at_a_start(patch: pytest.MonkeyPatch) -> None:
    open_parts = opening.open_parts

    def forgetful(*arguments: Any) -> Any:
        parts = open_parts(*arguments)
        known = parts.index.position_of
        upto = parts.head.position

        def later(event_id: str) -> int | None:
            position = known(event_id)
            return None if position is None or position <= upto else position

        patch.setattr(parts.index, "position_of", later)
        return parts

    patch.setattr(log_module, "open_parts", forgetful)


def _swap_answers_within_a_batch(patch: pytest.MonkeyPatch) -> None:
    commit = Log.commit

    def swapped(self: Log, calls: Sequence[Append]) -> list[Outcome]:
        return commit(self, calls)[::-1]

    patch.setattr(Log, "commit", swapped)


def _leave_a_refused_batch(patch: pytest.MonkeyPatch) -> None:
    """On a full disk the batch is refused, but what was written of it stays."""

    def undo(self: Segments) -> None:
        self._written = self._end

    patch.setattr(Segments, "_undo", undo)


def _trust_the_page_cache(patch: pytest.MonkeyPatch) -> None:
    """A start shows lines that a failed sync has left in memory only."""
    patch.setattr(recovery, "_rewrite_unsynced", lambda *_: 0)


def _damages(fate: Fate) -> bool:
    return fate.rots or fate.misdirects


def _fills(fate: Fate) -> bool:
    return fate.fills


def _fails_syncs(fate: Fate) -> bool:
    return "failed sync" in fate.rates


BUGS: tuple[Bug, ...] = (
    Bug("acknowledge before the sync", _acknowledge_before_sync),
    Bug("skip the rest of a short write", _skip_the_rest_of_a_short_write),
    Bug("count characters for the end of the file", _count_characters_for_the_end),
    Bug("count characters for the index", _count_characters_for_the_index),
    Bug("truncate at the first bad line", _truncate_at_the_first_bad_line, _damages),
    Bug("quarantine instead of refusing", _never_corrupt, _damages),
    Bug("no sync of a directory", _no_directory_sync),
    Bug("give positions again after a restart", _believe_head_json_for_the_next_position),
    Bug("sync again after a failure", _sync_again_after_a_failure, _fails_syncs),
    Bug("take a known id as new", _take_a_known_id_as_new),
    Bug("hold conditions against the durable log only", _hold_conditions_against_the_durable_log_only),
    Bug("keep half of an atomic append", _keep_half_of_an_append),
    Bug("show a batch before it is durable", _show_before_the_sync),
    Bug("forget ids at a restart", _forget_ids_at_a_start),
    Bug("swap answers within a batch", _swap_answers_within_a_batch),
    Bug("leave a refused batch in the file", _leave_a_refused_batch, _fills),
    Bug("trust the page cache after a failed sync", _trust_the_page_cache, _fails_syncs),
)
