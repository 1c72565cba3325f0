"""An import into the files of a log that nobody serves: the engine itself is the one who appends."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from eventrail.commands.import_lines import ImportedAppend
from eventrail.commands.importing import Answer
from eventrail.http.conversion import append_of_body
from eventrail.http.problems import of_error, of_refusal
from eventrail.log.errors import LogError
from eventrail.log.events import Append, Appended, Outcome, Replayed
from eventrail.log.log import Log
from servicekit.problems import ProblemRaised


class LogTaker:
    """Each batch is made durable by one sync."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def take(self, appends: Sequence[ImportedAppend]) -> list[Answer]:
        admitted = [_admitted(append.body) for append in appends]
        outcomes = iter(self._log.commit([append for append in admitted if isinstance(append, Append)]))
        return [_answer(next(outcomes)) if isinstance(append, Append) else append for append in admitted]


@contextmanager
def offline_taker(directory: Path) -> Iterator[LogTaker]:
    """Raises what `Log.open` raises."""
    with closing(Log.open(directory)) as log:
        yield LogTaker(log)


def _admitted(body: bytes) -> Append | Answer:
    try:
        return append_of_body(body)
    except ProblemRaised as raised:
        problem = raised.body
    except LogError as error:
        problem = of_error(error)
    return Answer(status=problem.status, title=problem.title, detail=problem.detail or "", at=problem.at or "")


def _answer(outcome: Outcome) -> Answer:
    if isinstance(outcome, Appended | Replayed):
        return Answer(outcome.first, outcome.last, isinstance(outcome, Replayed))
    problem = of_refusal(outcome)
    return Answer(status=problem.status, title=problem.title, detail=problem.detail or "")
