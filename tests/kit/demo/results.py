"""What the employer gets: the results, one of them explained, and the same again after a rebuild from the log."""

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

from embedded.credentials import Credentials
from tests.kit.demo.access import Client, DemoFailed, expect
from tests.kit.demo.screen import Screen, cut, one_line

REBUILD_SECONDS = 300
PASSED = {True: "yes", False: "no", None: "open: an essay waits for a person"}
PROMPT_WIDTH, ANSWER_WIDTH = 30, 22


async def submissions(employer: Client, path: str) -> list[Any]:
    found: list[Any] = (await employer.ask("GET", f"{path}/submissions")).json["items"]
    return found


async def show_results(employer: Client, screen: Screen, path: str) -> list[Any]:
    rows = await submissions(employer, path)
    screen.table(
        ("candidate", "points", "percent", "passed"),
        [
            (row["candidate"]["name"], f"{row['points']}/{row['max_points']}", row["percent"], PASSED[row["passed"]])
            for row in rows
        ],
    )
    expect(len(rows) == 3, f"{len(rows)} submissions of three candidates")
    ranked = sorted(rows, key=lambda row: -row["points"])
    expect([row["candidate"]["name"] for row in ranked] == [row["candidate"]["name"] for row in rows], "another order")
    return rows


async def check_all_right(employer: Client, row: Any) -> None:
    detail = (await employer.ask("GET", f"/v1/submissions/{row['id']}")).json
    outcomes = {one["outcome"] for one in detail["scoring"]}
    expect(outcomes <= {"correct", "pending"}, f"right answers were scored as {outcomes}")


async def show_record(employer: Client, screen: Screen, row: Any, questions: list[Any]) -> None:
    """Answer by answer: as given, as normalized, by which rule, and the points."""
    detail = (await employer.ask("GET", f"/v1/submissions/{row['id']}")).json
    options = {option["id"]: option["text"] for question in questions for option in question["options"]}
    screen.say(f"{row['candidate']['name']}, by version {detail['version']} and keys {detail['key_version']}")
    rows = [
        (
            cut(one_line(one["prompt"]), PROMPT_WIDTH),
            one["rule"],
            _shown(one["given"], options),
            _shown(one["normalized"], options),
            f"{one['points']}/{one['max_points']}",
        )
        for one in detail["scoring"]
    ]
    screen.table(("question", "rule", "given", "normalized", "points"), rows)
    total = sum(one["points"] for one in detail["scoring"])
    expect(abs(total - row["points"]) < 1e-9, "the record does not add up to the result")


def _shown(value: Any, options: Mapping[str, str]) -> str:
    """An answer as a person reads it: options by their text."""
    if isinstance(value, list):
        return cut(", ".join(sorted(_shown(one, options) for one in value)), ANSWER_WIDTH)
    text = "" if value is None else str(value)
    return cut(one_line(options.get(text, text)), ANSWER_WIDTH)


async def rebuild(screen: Screen, access: Credentials) -> None:
    """Fill new tables from the log beside the live ones, compare all of them, and swap."""
    told = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE") if name in os.environ},
        "ASSESSMENT_DATABASE_URL": access.postgres_url,
        "ASSESSMENT_EVENTRAIL_URL": access.eventrail.url,
        "ASSESSMENT_EVENTRAIL_TOKEN": access.eventrail.read_token,
        "ASSESSMENT_NATS_URL": access.nats_url,
    }
    command = (sys.executable, "-m", "assessment.cli", "projections", "rebuild", "--json")
    screen.aside("assessment projections rebuild")
    process = await asyncio.create_subprocess_exec(
        *command, env=told, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(REBUILD_SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise DemoFailed(f"the rebuild took longer than {REBUILD_SECONDS} s") from None
    expect(process.returncode == 0, f"the rebuild failed: {(output + errors).decode(errors='replace')[-2000:]}")
    found = msgspec.json.decode(output)
    tables = [
        (name, table["rows"], table["rebuilt_rows"], "equal" if table["equal"] else "DIFFERENT")
        for name, table in found["tables"].items()
    ]
    screen.table(("table", "live", "rebuilt", ""), tables)
    expect(found["equal"] and all(table["equal"] for table in found["tables"].values()), "the tables differ")
    screen.say(
        f"all tables are equal at position {found['position']}; {found['events_per_second']} events/s;"
        f" commands waited {found['swap_pause_milliseconds']} ms for the swap"
    )
