"""The candidates' part: they start, save, submit; one tries it twice."""

from collections.abc import Mapping
from typing import Any

from tests.kit.demo.access import expect
from tests.kit.demo.author import Invited
from tests.kit.demo.screen import Screen

HIDDEN = ("correct", "explanation", "points", "key")


async def take(screen: Screen, candidate: Invited, right: Mapping[str, Any], answers_right: int) -> None:
    """Answer the first so many as seen right, leave the others; autosave each, then submit what was saved."""
    await candidate.client.ask("POST", "/v1/take/start")
    page = (await candidate.client.ask("GET", "/v1/take")).json
    for question in page["questions"]:
        expect(not set(question) & set(HIDDEN), "a candidate was shown what is the author's")
    for place, question in enumerate(page["questions"]):
        if place < answers_right:
            body = {"answer": right[question["id"]], "sequence": 1}
            await candidate.client.ask("PUT", f"/v1/take/answers/{question['id']}", body)
    submitted = await candidate.client.ask(
        "POST", "/v1/take/submit", expected=201, headers={"Idempotency-Key": "submit"}
    )
    receipt = submitted.json
    screen.say(f"{candidate.name}: {receipt['answered']} of {receipt['question_count']} answered, submitted")


async def submit_twice(screen: Screen, candidate: Invited) -> None:
    """A retry gets the same receipt, another submission a refusal."""
    receipts = [
        await candidate.client.ask("POST", "/v1/take/submit", expected=201, headers={"Idempotency-Key": "submit"})
        for _ in range(2)
    ]
    expect(receipts[0].body == receipts[1].body, "two receipts for one submission")
    refused = await candidate.client.ask(
        "POST", "/v1/take/submit", expected=409, headers={"Idempotency-Key": "once-more"}
    )
    screen.say(f"{candidate.name}, once more: {refused.status} {refused.json['title']}")
    screen.say("the same request again, as after a lost answer: the same receipt")
