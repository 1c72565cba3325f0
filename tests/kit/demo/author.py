"""The employer's part: the same bank from two files, published, and three people invited."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp

from tests.kit.demo.access import Client, expect
from tests.kit.demo.screen import Screen

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
SETTINGS = {
    "title": "HTTP, in a quarter of an hour",
    "instructions": "Take your time; nothing is trick.",
    "time_limit_seconds": 900,
    "passing_percent": 60,
    "shuffle": True,
}
PEOPLE = (("Ada Lovelace", "ada@example.org"), ("Grace Höpper 🐝", "grace@example.org"), ("Linus", "linus@example.org"))


@dataclass(frozen=True, slots=True)
class Published:
    """right: the right answer to each question, as its author knows it."""

    path: str
    right: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Invited:
    name: str
    client: Client


async def import_bank(employer: Client, screen: Screen, name: str) -> tuple[str, list[Any]]:
    """A draft with the questions of a file: the dry run first, then the commit that names its report."""
    draft = await employer.ask("POST", "/v1/assessments", SETTINGS, expected=201)
    path = draft.headers["Location"]
    form = aiohttp.FormData()
    form.add_field("file", BytesIO((SAMPLES / name).read_bytes()), filename=name)
    report = (await employer.ask("POST", f"{path}/imports", data=form, expected=201)).json
    detected = report["detected"]
    problems = len(report["problems"])
    screen.say(
        f"{name}: {detected['format']}, {detected['rows']} rows, {report['accepted']} accepted, {problems} problems"
    )
    expect(report["accepted"] and not problems, f"{name} is not accepted whole: {report['problems']}")
    commit = {"digest": report["digest"], "mode": "all"}
    headers = {"Idempotency-Key": report["id"], "If-Match": draft.headers["ETag"]}
    committed = await employer.ask("POST", f"{path}/imports/{report['id']}/commit", commit, headers=headers)
    expect(committed.json["questions"] == report["accepted"], "not every accepted question was committed")
    return path, (await employer.ask("GET", f"{path}/questions")).json["questions"]


def without_ids(questions: list[Any]) -> list[Any]:
    return [
        {**question, "id": "", "options": [option["text"] for option in question["options"]]} for question in questions
    ]


async def publish(employer: Client, screen: Screen, path: str, questions: list[Any]) -> Published:
    done = await employer.ask("POST", f"{path}/publish", headers={"Idempotency-Key": "publish"})
    expect(done.json["status"] == "published", "the assessment is not published")
    screen.say(
        f"version {done.json['version']}, {done.json['question_count']} questions, {done.json['max_points']} points"
    )
    screen.say(f"content hash {done.json['content_hash']}")
    return Published(path, {question["id"]: right_answer(question) for question in questions})


def right_answer(question: Any) -> Any:
    """As a candidate would give it: an option's id, a list of them, a boolean or a text."""
    options, correct = question["options"], question["correct"]
    match question["kind"]:
        case "single":
            return options[correct - 1]["id"]
        case "multiple":
            return [options[number - 1]["id"] for number in correct]
        case "text":
            return f" {correct[0].upper()} "  # written otherwise, and still right
        case "numeric":
            return str(correct["value"])
        case "essay":
            return "It depends."
        case _:
            return correct


async def invite(employer: Client, screen: Screen, published: Published) -> list[Invited]:
    body = {"invites": [{"name": name, "email": email} for name, email in PEOPLE]}
    headers = {"Idempotency-Key": "invites"}
    issued = await employer.ask("POST", f"{published.path}/invites", body, expected=201, headers=headers)
    again = await employer.ask("POST", f"{published.path}/invites", body, expected=201, headers=headers)
    expect(again.body == issued.body, "a retry of the invitation was answered otherwise")
    items = issued.json["items"]
    screen.table(("candidate", "link"), [(item["name"], item["url"]) for item in items])
    return [Invited(item["name"], employer.person(item["token"])) for item in items]
