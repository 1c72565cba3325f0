"""The command line: every end of a command is an exit code, and no failure shows a traceback."""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress

import msgspec

from eventrail.commands.appending import append
from eventrail.commands.client import Client, connected
from eventrail.commands.copying import backup, restore
from eventrail.commands.exporting import export
from eventrail.commands.failures import EXPECTED, explained
from eventrail.commands.importing import import_
from eventrail.commands.parsing import parser
from eventrail.commands.reading import read, stats, tail
from eventrail.commands.repairing import repair
from eventrail.commands.verifying import verify
from eventrail.exit_codes import ExitCode
from eventrail.settings import CLIENT_NAMES, PREFIX, ClientSettings, ServeSettings
from servicekit.json_log import configure_logging
from servicekit.settings import read_settings, unknown_names

FLAGS = ("data_directory", "host", "port", "nats_url", "log_level", "accept_truncate", "allow_unsafe_file_system")


def main() -> None:
    """The entry point."""
    try:
        code = run(sys.argv[1:], os.environ)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has enough; the interpreter must not try to flush what nobody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.OK
    except KeyboardInterrupt:
        # A second one must not break into the end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):
            sys.stdout.flush()
        code = ExitCode.INTERRUPTED
    sys.exit(code)


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> ExitCode:
    parsed = parser().parse_args(arguments)
    try:
        return _command(parsed, environ)
    except BrokenPipeError:
        raise
    except EXPECTED as error:
        sentence, code = explained(error)
        return _complain(sentence, code)


def _command(parsed: Namespace, environ: Mapping[str, str]) -> ExitCode:  # noqa: PLR0911 - a table of the commands
    def connect() -> AbstractContextManager[Client]:
        return connected(_client_settings(parsed, environ))

    out = sys.stdout.buffer
    match parsed.command:
        case "serve":
            return _serve(parsed, environ)
        case "verify":
            return verify(parsed, connect, out)
        case "backup":
            return backup(parsed, out)
        case "restore":
            return restore(parsed, out)
        case "repair":
            return repair(parsed, out)
        case "export":
            return export(parsed, connect, out)
        case "import":
            return import_(parsed, connect, out)
        case _:
            with connect() as client:
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
            return stats(client, parsed, sys.stdout.buffer)


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


if __name__ == "__main__":
    main()
