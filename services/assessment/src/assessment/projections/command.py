"""`assessment projections …` on the command line: what it prints, and how it ends."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from assessment.projections.opening import Opening
from assessment.projections.progress import Shown
from assessment.projections.rebuilding import Compared, Rebuilder
from assessment.projections.standing import Standing, standing
from assessment.projections.swapping import Swapped
from assessment.projections.workers import Workers, many_processes
from assessment.read_models.connections import connect
from assessment.read_models.database_roles import DatabaseRole
from assessment.settings import DatabaseSettings, database_settings, log_settings
from eventrail_client.port import EventStore

DIFFERENT: Final = 1
PARKED: Final = 3
FOLDING: Final = ("rebuild", "verify")
MOST_PROCESSES: Final = 8
"""By themselves no more fold: PostgreSQL and Eventrail have the same processors."""


def main(what: str, environ: Mapping[str, str], *, as_json: bool, processes: int | None = None) -> int:
    """0 when all is well, 1 where tables differ, 3 where the projector is parked.

    processes: how many fold the log; as many as there are processors, and MOST_PROCESSES at the most, where None.
    """
    database, log = database_settings(environ), log_settings(environ)
    opening = Opening(database, log.eventrail_url, log.eventrail_token)
    count = processes or min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    with many_processes(opening, count if what in FOLDING else 0) as workers:
        return asyncio.run(_run(what, opening, workers, as_json=as_json))


async def _run(what: str, opening: Opening, workers: Workers, *, as_json: bool) -> int:
    async with opening.store() as store:
        if what == "status":
            return await _status(opening.database, store, as_json=as_json)
        rebuilder = Rebuilder(
            opening.connected,
            store,
            Shown(sys.stderr),
            lambda: datetime.now(UTC),
            workers,
        )
        match what:
            case "verify":
                return _say_compared(await rebuilder.verify(), None, as_json=as_json)
            case "rebuild":
                compared, swapped = await rebuilder.rebuild()
                return _say_compared(compared, swapped, as_json=as_json)
            case "rollback":
                return _say_rolled_back(await rebuilder.rollback(), as_json=as_json)
    raise AssertionError(f"no such command: {what}")


async def _status(database: DatabaseSettings, store: EventStore, *, as_json: bool) -> int:
    connection = await connect(database, "status", role=DatabaseRole.PROJECTOR)
    try:
        found = await standing(connection, store, datetime.now(UTC))
    finally:
        await connection.close()
    _print(msgspec.to_builtins(found) if as_json else _told(found))
    return PARKED if found.projector == "parked" else 0


def _told(found: Standing) -> list[str]:
    lines = [
        f"log         {found.log_id}",
        f"head        {found.head:,}",
        f"live        {found.position:,} ({found.lag:,} behind)",
        f"projector   {found.projector}"
        + (f", reported {found.reported_seconds_ago:,.0f} s ago" if found.reported else ""),
    ]
    waited = f", {found.unswept_seconds:,.0f} s" if found.unswept else ""
    lines.append(f"sweeper     {found.unswept:,} sittings wait{waited}")
    lines += [f"{name:<11} {position:,}" for name, position in found.generations.items()]
    return [*lines, f"detail      {found.detail}"] if found.detail else lines


def _say_compared(compared: Compared, swapped: Swapped | None, *, as_json: bool) -> int:
    if as_json:
        _print(_as_json(compared, swapped))
    else:
        _print(_as_lines(compared, swapped))
    return 0 if compared.is_equal else DIFFERENT


def _as_json(compared: Compared, swapped: Swapped | None) -> dict[str, Any]:
    tables = {
        table.name: {"rows": table.live.rows, "rebuilt_rows": table.rebuilt.rows, "equal": table.is_equal}
        for table in compared.tables
    }
    return {
        "equal": compared.is_equal,
        "position": compared.quiet.position,
        "events": compared.filled.position,
        "events_per_second": round(compared.filled.events_per_second),
        "compare_pause_milliseconds": round(compared.quiet.pause_seconds * 1000, 1),
        "swapped_at": None if swapped is None else swapped.position,
        "swap_pause_milliseconds": None if swapped is None else round(swapped.pause_seconds * 1000, 1),
        "tables": tables,
    }


def _as_lines(compared: Compared, swapped: Swapped | None) -> list[str]:
    lines = [
        f"{table.name:<14} {table.live.rows:>12,} rows  "
        + ("equal" if table.is_equal else f"DIFFERENT: rebuilt has {table.rebuilt.rows:,} rows")
        for table in compared.tables
    ]
    verdict = "all tables are equal" if compared.is_equal else "the tables differ; nothing was swapped"
    lines.append(f"{verdict} at position {compared.quiet.position:,}")
    lines.append(f"{compared.filled.position:,} events, {compared.filled.events_per_second:,.0f} events/s")
    if swapped is not None:
        lines.append(
            f"swapped at position {swapped.position:,}; commands waited {swapped.pause_seconds * 1000:,.0f} ms"
        )
    return lines


def _say_rolled_back(swapped: Swapped, *, as_json: bool) -> int:
    pause = round(swapped.pause_seconds * 1000, 1)
    if as_json:
        _print({"swapped_at": swapped.position, "swap_pause_milliseconds": pause})
    else:
        _print([f"rolled back at position {swapped.position:,}; commands waited {pause:,.0f} ms"])
    return 0


def _print(answer: Any) -> None:
    text = "\n".join(answer) if isinstance(answer, list) else msgspec.json.encode(answer).decode()
    sys.stdout.write(text + "\n")
