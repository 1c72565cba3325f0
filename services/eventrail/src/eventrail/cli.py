"""The command line: `eventrail serve | append | tail | read | stats | verify`."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from eventrail.commands.appending import append
from eventrail.commands.client import Client, Refused, Unreachable, connected
from eventrail.commands.reading import read, stats, tail
from eventrail.commands.verifying import verify
from eventrail.exit_codes import ExitCode
from eventrail.settings import CLIENT_NAMES, PREFIX, ClientSettings, ServeSettings
from servicekit.json_log import configure_logging
from servicekit.settings import SettingsRefused, read_settings, unknown_names

FLAGS = ("data_directory", "host", "port", "nats_url", "log_level", "accept_truncate", "allow_unsafe_file_system")


def main() -> None:
    """The entry point; every end is an exit code of `ExitCode`, and no failure shows a traceback."""
    try:
        code = run(sys.argv[1:], os.environ)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough; the interpreter must not try to flush what nobody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.OK
    except KeyboardInterrupt:
        code = ExitCode.OK
    sys.exit(code)


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> ExitCode:
    parsed = _parser().parse_args(arguments)
    try:
        return _command(parsed, environ)
    except SettingsRefused as error:
        return _complain(str(error), ExitCode.USAGE)
    except Refused as error:
        return _complain(str(error), ExitCode.REFUSED)
    except Unreachable as error:
        return _complain(str(error), ExitCode.UNREACHABLE)


def _command(parsed: Namespace, environ: Mapping[str, str]) -> ExitCode:
    match parsed.command:
        case "serve":
            return _serve(parsed, environ)
        case "verify":
            return verify(parsed, sys.stdout.buffer)
        case _:
            with connected(_client_settings(parsed, environ)) as client:
                return _ask(client, parsed)


def _ask(client: Client, parsed: Namespace) -> ExitCode:
    match parsed.command:
        case "append":
            return append(client, parsed, sys.stdin.buffer, sys.stdout)
        case "tail":
            return tail(client, parsed, sys.stdout.buffer)
        case "read":
            return read(client, parsed, sys.stdout.buffer)
        case _:
            return stats(client, sys.stdout.buffer)


def _serve(parsed: Namespace, environ: Mapping[str, str]) -> ExitCode:
    flags = {PREFIX + name.upper(): str(value) for name in FLAGS if (value := getattr(parsed, name)) is not None}
    settings = read_settings(ServeSettings, {**environ, **flags}, PREFIX)
    from eventrail.main import serve  # noqa: PLC0415 - slow to load, and no other command needs a server

    configure_logging("eventrail", level=settings.log_level)
    for name in unknown_names(ServeSettings, environ, PREFIX):
        if name not in CLIENT_NAMES:
            sys.stderr.write(f"eventrail: {name} is set and means nothing here\n")
    return serve(settings)


def _client_settings(parsed: Namespace, environ: Mapping[str, str]) -> ClientSettings:
    settings = read_settings(ClientSettings, environ, PREFIX)
    return msgspec.structs.replace(settings, url=parsed.url) if parsed.url else settings


def _complain(sentence: str, code: ExitCode) -> ExitCode:
    with suppress(OSError):
        sys.stderr.write(f"eventrail: {' '.join(sentence.split())}\n")
    return code


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="eventrail", description="An append-only event store on plain log files.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve_options(commands.add_parser("serve", help="serve a log over HTTP and publish it to NATS"))
    _append_options(commands.add_parser("append", help="append events; NDJSON from standard input without --data"))
    _tail_options(commands.add_parser("tail", help="show the last events, and with -f what comes"))
    _read_options(commands.add_parser("read", help="read events from a position, or one by its id"))
    _address(commands.add_parser("stats", help="show totals, the publisher's lag and the last recovery"))
    verifying = commands.add_parser("verify", help="read and check a log's files as a whole, offline")
    verifying.add_argument("directory", help="the data directory")
    verifying.add_argument("--json", action="store_true", help="the verdict as JSON")
    return parser


def _serve_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data-directory", help="the log, made when there is none")
    parser.add_argument("--host")
    parser.add_argument("--port")
    parser.add_argument("--nats-url", help="publish to this NATS; a URL with a password belongs into a file")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    for flag in ("--accept-truncate", "--allow-unsafe-file-system"):
        parser.add_argument(flag, action="store_const", const="true")


def _append_options(parser: ArgumentParser) -> None:
    _address(parser)
    parser.add_argument("--data", help="one JSON document")
    parser.add_argument("--type", help="the type of every event")
    parser.add_argument("--tag", action="append", default=[], help="a tag of every event; may be repeated")
    parser.add_argument("--id", help="the event's id, with --data")


def _tail_options(parser: ArgumentParser) -> None:
    _filters(parser)
    parser.add_argument("-f", "--follow", action="store_true")
    parser.add_argument("-n", "--limit", type=_count, default=10)
    parser.add_argument("--after", type=_count, help="start after this position instead")


def _read_options(parser: ArgumentParser) -> None:
    _filters(parser)
    parser.add_argument("id", nargs="?", help="one event by its id")
    parser.add_argument("--after", type=_count, default=0)
    parser.add_argument("--limit", type=_count)


def _filters(parser: ArgumentParser) -> None:
    _address(parser)
    parser.add_argument("--type", action="append", default=[], help="of one of these types")
    parser.add_argument("--tag", action="append", default=[], help="with all of these tags")


def _address(parser: Any) -> None:
    parser.add_argument("--url", help="the server; EVENTRAIL_URL and EVENTRAIL_TOKEN otherwise")


def _count(text: str) -> int:
    if not text.isdigit():
        raise ValueError(text)
    return int(text)


if __name__ == "__main__":
    main()
