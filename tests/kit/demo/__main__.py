"""Runs the demo against the system that CREDENTIALS (or .local/credentials.json) describes; 0 when all was as told."""

import asyncio
import sys
import time

import aiohttp

from embedded.credentials import Credentials
from embedded.failures import ServerFailed
from tests.kit.demo.access import Client, DemoFailed, a_session, credentials, expect
from tests.kit.demo.author import SETTINGS, import_bank, invite, publish, without_ids
from tests.kit.demo.candidates import submit_twice, take
from tests.kit.demo.evidence import show_log, show_subject
from tests.kit.demo.results import check_all_right, rebuild, show_record, show_results, submissions
from tests.kit.demo.screen import Screen


async def tell(session: aiohttp.ClientSession, screen: Screen, access: Credentials) -> None:
    service = Client(session, access.assessment.url, access.assessment.operator_token)
    screen.step("An employer of this run's own")
    made = (await service.ask("POST", "/v1/employers", {"name": "Demo Ltd"}, expected=201)).json
    employer, tag = service.person(made["api_key"]), f"employer:{made['id']}"
    screen.say(f"{made['name']}, {made['id']}, at most {made['active_limit']} active assessments")

    screen.step("One question bank, from .xlsx and from .csv")
    path, questions = await import_bank(employer, screen, "questions.xlsx")
    _, from_csv = await import_bank(employer, screen, "questions.csv")
    expect(without_ids(questions) == without_ids(from_csv), "the two files gave different questions")
    screen.say("both files give the same questions")

    screen.step(f"Published: {SETTINGS['title']}")
    published = await publish(employer, screen, path, questions)
    screen.step("Three candidates are invited")
    people = await invite(employer, screen, published)
    screen.step("They take it")
    for person, share in zip(people, (1.0, 0.5, 0.0), strict=True):
        await take(screen, person, published.right, round(len(questions) * share))
    await submit_twice(screen, people[0])

    screen.step("Results")
    rows = await show_results(employer, screen, path)
    screen.step("Why: one scoring record")
    await check_all_right(employer, rows[0])
    await show_record(employer, screen, rows[1], questions)
    screen.step("The facts in the log")
    lines = await show_log(session, screen, access, tag)
    screen.step("The same on NATS")
    await show_subject(screen, access, tag, lines)

    screen.step("Every table again, from the log alone")
    await rebuild(screen, access)
    expect(await submissions(employer, path) == rows, "the results changed with the rebuild")
    screen.say("and the employer reads the same results")
    await employer.ask("POST", f"{path}/close")


async def run() -> None:
    access, screen = credentials(), Screen()
    async with a_session() as session:
        await tell(session, screen, access)


def main() -> int:
    began = time.monotonic()
    try:
        asyncio.run(run())
    except (DemoFailed, ServerFailed) as failure:
        sys.stderr.write(f"\nThe demo failed: {failure}\n")
        return 1
    sys.stdout.write(f"\nAll as told, in {time.monotonic() - began:.1f} s.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
