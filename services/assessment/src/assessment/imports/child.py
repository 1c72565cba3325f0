"""The child process: a file on standard input, its outcome as JSON on standard output, under hard limits."""

import codecs
import resource
import signal
import sys

import msgspec

from assessment.imports.limits import CHECK_SECONDS, CHILD_MEMORY_BYTES, CHILD_OUTPUT_BYTES, CHILD_PROCESSOR_SECONDS
from assessment.imports.pipeline import read_file
from assessment.imports.problems import Code, FileRefused
from assessment.imports.report import Outcome, refused

# zip names and CSV text; a codec is imported when first used, and no file can be opened once the limits stand
NEEDED_CODECS = ("cp437", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
LAST_DESCRIPTOR = 2


def limit_process() -> None:
    """Take away from this process what reading a file doesn't need: memory, time, files, sockets, core dumps.

    Whoever goes past a limit of time is ended by a signal; a parent that died doesn't matter, the clock here goes on.
    """
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY_BYTES, CHILD_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_PROCESSOR_SECONDS, CHILD_PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHILD_OUTPUT_BYTES, CHILD_OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (LAST_DESCRIPTOR + 1, LAST_DESCRIPTOR + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, CHECK_SECONDS)


def outcome_of(data: bytes) -> Outcome:
    """Read a file; what the parser throws beside its own errors, a panic included, is an outcome too."""
    try:
        return read_file(data)
    except MemoryError:
        return refused(FileRefused(Code.TOO_MUCH_MEMORY))
    except BaseException:  # noqa: BLE001 (a panic of the parser derives from BaseException)
        return refused(FileRefused(Code.READER_FAILED))


def main() -> None:
    """Read, and write the outcome in one go."""
    for encoding in NEEDED_CODECS:
        codecs.lookup(encoding)
    limit_process()
    sys.stdout.buffer.write(msgspec.json.encode(outcome_of(sys.stdin.buffer.read())))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
