"""The grammar of the command line: what each command takes."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any, Final

DIRECTORY: Final = "the data directory"


def parser() -> ArgumentParser:
    """`parse_args` ends the process with exit code 2 and a usage line where the command line is none."""
    found = ArgumentParser(prog="eventrail", description="An append-only event store on plain log files.")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve(commands.add_parser("serve", help="serve a log over HTTP and publish it to NATS"))
    _append(commands.add_parser("append", help="append events; NDJSON from standard input without --data"))
    _tail(commands.add_parser("tail", help="show the last events, and with -f what comes"))
    _read(commands.add_parser("read", help="read events from a position, or one by its id"))
    stats = commands.add_parser("stats", help="show totals, the publisher's lag and the last recovery")
    _address(stats)
    _json(stats)
    _verify(commands.add_parser("verify", help="check a log as a whole: files, server, stream, checkpoint"))
    _repair(commands.add_parser("repair", help="put damaged and missing lines back; the log must not be served"))
    _backup(commands.add_parser("backup", help="copy a log, or what is new of it; it may be served meanwhile"))
    _restore(commands.add_parser("restore", help="copy a backup into an empty directory, byte for byte"))
    _export(commands.add_parser("export", help="write stored lines as NDJSON"))
    _import(commands.add_parser("import", help="append NDJSON anew, ids kept"))
    return found


def _serve(parser: ArgumentParser) -> None:
    parser.add_argument("--data-directory", help="the log, made when there is none")
    parser.add_argument("--host")
    parser.add_argument("--port")
    parser.add_argument("--nats-url", help="publish to this NATS; a URL with a password belongs into a file")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    for flag in ("--accept-truncate", "--allow-unsafe-file-system"):
        parser.add_argument(flag, action="store_const", const="true")


def _append(parser: ArgumentParser) -> None:
    _address(parser)
    parser.add_argument("--data", help="one JSON document")
    parser.add_argument("--type", help="the type of every event")
    parser.add_argument("--tag", action="append", default=[], help="a tag of every event; may be repeated")
    parser.add_argument("--id", help="the event's id, with --data")
    _json(parser, "the answers are JSON as they are")


def _tail(parser: ArgumentParser) -> None:
    _address(parser)
    _filters(parser)
    parser.add_argument("-f", "--follow", action="store_true", help="go on, over restarts of the server too")
    parser.add_argument("-n", "--limit", type=_count, default=10)
    parser.add_argument("--after", type=_count, help="start after this position instead")
    _json(parser, "the lines are JSON as they are")


def _read(parser: ArgumentParser) -> None:
    _address(parser)
    _filters(parser)
    parser.add_argument("id", nargs="?", help="one event by its id")
    parser.add_argument("--after", type=_count, default=0)
    parser.add_argument("--limit", type=_count)
    _json(parser, "the lines are JSON as they are")


def _verify(parser: ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", help=DIRECTORY)
    parser.add_argument("--url", help="a running server: read all of it, and hold the files against it")
    parser.add_argument("--nats", metavar="URL", help="hold the JetStream copy against the log")
    parser.add_argument("--checkpoint", metavar="FILE", help="whether the log still holds what was signed")
    parser.add_argument("--public-key", metavar="FILE", help="who must have signed it, PEM")
    parser.add_argument("--processes", type=_count, help="how many may read; as many as there are cores")
    _json(parser)


def _repair(parser: ArgumentParser) -> None:
    parser.add_argument("directory", help=DIRECTORY)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--backup", metavar="DIRECTORY", help="lines of a backup")
    source.add_argument("--nats", metavar="URL", help="lines of the JetStream copy")
    parser.add_argument("--allow-unsafe-file-system", action="store_true")
    _json(parser)


def _backup(parser: ArgumentParser) -> None:
    parser.add_argument("directory", help=DIRECTORY)
    parser.add_argument("backup", help="the backup's directory, made when there is none")
    parser.add_argument("--check", action="store_true", help="read again what is in the backup already")
    _json(parser)


def _restore(parser: ArgumentParser) -> None:
    parser.add_argument("backup", help="the backup's directory")
    parser.add_argument("directory", help="where the log is to be: empty, or not there yet")
    _json(parser)


def _export(parser: ArgumentParser) -> None:
    parser.add_argument("--directory", help="read the files; without it, a server is asked")
    _address(parser)
    _filters(parser)
    parser.add_argument("--after", type=_count, default=0, help="events later than this position")
    parser.add_argument("--before", type=_count, help="events earlier than this position")
    parser.add_argument("-o", "--output", metavar="FILE", help="instead of standard output")
    _json(parser, "the report beside --output as JSON")


def _import(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", default="-", help="NDJSON; standard input without it")
    parser.add_argument("--directory", help="append to the files of a log that nobody serves")
    _address(parser)
    parser.add_argument("--new-ids", action="store_true", help="give every event a new id; an import is no replay then")
    parser.add_argument("--skip-bad", action="store_true", help="go on behind lines that are not taken")
    _json(parser)


def _filters(parser: ArgumentParser) -> None:
    parser.add_argument("--type", action="append", default=[], help="of one of these types")
    parser.add_argument("--tag", action="append", default=[], help="with all of these tags")


def _address(parser: Any) -> None:
    parser.add_argument("--url", help="the server; EVENTRAIL_URL and EVENTRAIL_TOKEN otherwise")


def _json(parser: Any, explanation: str = "one JSON object on one line") -> None:
    parser.add_argument("--json", action="store_true", help=explanation)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r} is not a number")
    return int(text)
