"""The command line: `assessment migrate | project | serve | projections … | import check`."""

import argparse
import asyncio
import logging
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from assessment.settings import database_settings

FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130

Run = Callable[[argparse.Namespace, Mapping[str, str]], int]


def main(arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 when it could not, 2 when it was misused."""
    given = _parser().parse_args(arguments)
    run: Run = given.run
    try:
        return run(given, os.environ if environ is None else environ)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as failure:
        from assessment.operator_errors import OPERATOR_ERRORS, one_line  # noqa: PLC0415 - a dry run needs none of it

        if not isinstance(failure, OPERATOR_ERRORS):
            raise
        sys.stderr.write(f"assessment: {one_line(failure)}\n")
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="assessment", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add(commands, "migrate", "bring the database to the newest version", _migrate)
    _add(commands, "project", "apply the log to the tables, until stopped", _project)
    _add(commands, "serve", "serve the HTTP API, until stopped", _serve)
    _add_projections(commands)
    _add_imports(commands)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, run: Run
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _add_projections(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "see and rebuild the tables that are made from the log"
    parts = commands.add_parser("projections", help=text, description=text).add_subparsers(
        metavar="WHAT", required=True
    )
    texts = {
        "status": "how far the projection is, and whether it is parked",
        "rebuild": "fill new tables from the log beside the live ones, compare, and swap",
        "verify": "fill new tables from the log and compare, without swapping",
        "rollback": "swap back to the tables before the last rebuild",
    }
    for name, help_text in texts.items():
        part = _add(parts, name, help_text, _projections)
        part.set_defaults(what=name)
        part.add_argument("--json", action="store_true", help="answer as one JSON object")
        if name in ("verify", "rebuild"):
            part.add_argument("--processes", type=_count, metavar="N", help="how many fold the log (one a processor)")


def _count(text: str) -> int:
    """A number of processes; argparse tells what is none."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _add_imports(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    text = "question banks from files"
    parts = commands.add_parser("import", help=text, description=text).add_subparsers(metavar="WHAT", required=True)
    check = _add(parts, "check", "the dry run of an import, one line a file", _import_check)
    check.add_argument("paths", nargs="+", metavar="FILE")
    check.add_argument("--json", action="store_true", help="print one JSON object for each file")


def _migrate(_given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from assessment.migrations.upgrading import migrate  # noqa: PLC0415 - Alembic is slow to load

    logging.getLogger("alembic").setLevel(logging.WARNING)
    before, after = asyncio.run(migrate(database_settings(environ), secrets.token_bytes))
    sys.stdout.write(
        f"the database is at version {after}" + (f" (was {before or 'empty'})\n" if before != after else "\n")
    )
    return 0


def _project(_given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from assessment import projector  # noqa: PLC0415 - each command loads what it needs

    return projector.main(environ)


def _serve(_given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from assessment import web  # noqa: PLC0415 - each command loads what it needs

    return web.main(environ)


def _projections(given: argparse.Namespace, environ: Mapping[str, str]) -> int:
    from assessment.projections import command  # noqa: PLC0415 - each command loads what it needs

    processes = getattr(given, "processes", None)
    return command.main(given.what, environ, as_json=given.json, processes=processes)


def _import_check(given: argparse.Namespace, _environ: Mapping[str, str]) -> int:
    from assessment.imports.command import run_check  # noqa: PLC0415 - each command loads what it needs

    return run_check(given.paths, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
