"""docs/frontend.md: every request is sent as it stands, in order, and every answer is the one that is shown."""

import re
from pathlib import Path

import pytest

from contracts.problems import ProblemType
from tests.integration.assessment_http.api import Api
from tests.integration.assessment_http.conformity import document
from tests.integration.assessment_http.system import ORIGIN, System
from tests.kit.http_guide import Answer, Comparison, exchanges, request
from tests.kit.mail_directory import another, mailed_code
from tests.kit.services import OPERATOR_TOKEN

GUIDE = (Path(__file__).parents[3] / "docs" / "frontend.md").read_text(encoding="utf-8")
CODE = re.compile(r"\{(second_|)(?:wrong_)?code_of_([a-z]+)\}")
OPERATION = re.compile(r"^([A-Z]+) (/v1/[^ ?\n]*)", re.MULTILINE)


async def read_mail(directory: Path, text: str, names: dict[str, str]) -> None:
    """Read a code that is about to be sent as its candidate would: `{code_of_x}` came to x@frontend.example."""
    for nth, who in CODE.findall(text):
        code = await mailed_code(directory, f"{who}@frontend.example", count=2 if nth == "second_" else 1)
        names |= {f"{nth}code_of_{who}": code, f"wrong_code_of_{who}": another(code)}


async def test_the_guide_is_what_happens(system: System, api: Api) -> None:
    names = {"operator_token": OPERATOR_TOKEN, "origin": ORIGIN}
    shown = exchanges(GUIDE)
    assert len(shown) >= 30
    for exchange in shown:
        await read_mail(system.directory / "mail", exchange.request, names)
        asked = request(exchange.request, names)
        reply = await api.send(asked.method, asked.path, data=asked.body or None, headers=asked.headers)
        comparison = Comparison(names)
        assert exchange.answer is not None, exchange.request
        comparison.check(exchange.answer, reply.status, reply.headers, reply.body)
        assert comparison.wrong == [], f"{exchange.request}\n{reply.status} {dict(reply.headers)}\n{reply.body!r}"


def test_every_operation_of_a_candidate_is_shown() -> None:
    shown = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in OPERATION.findall(GUIDE)}
    wanted = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if operation["security"] == [{"candidateToken": []}] or path.startswith("/v1/public")
    }
    assert wanted - shown == set(), "show each in docs/frontend.md, with its answer"


def test_every_problem_that_is_named_is_of_the_list() -> None:
    named = set(re.findall(r"`\d{3} ([a-z-]+)`|\d{3} `([a-z-]+)`", GUIDE))
    assert {one or other for one, other in named} <= {kind.slug for kind in ProblemType}
    assert len(named) >= 8


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (201, {"ETag": '"7"'}, b'{"id":"a","items":[1,2],"open":true}'),
        (200, {}, b'{"id":"a","items":[1,2],"open":true}'),
        (200, {"ETag": '"7"'}, b'{"id":"a","items":[1,2]}'),
        (200, {"ETag": '"7"'}, b'{"id":"a","items":[1,2,3],"open":true}'),
        (200, {"ETag": '"7"'}, b'{"id":"a","items":[1,2],"open":1}'),
        (200, {"ETag": '"8"'}, b'{"id":"a","items":[1,2],"open":true}'),
    ],
)
def test_control_another_answer_is_noticed(status: int, headers: dict[str, str], body: bytes) -> None:
    shown = Answer(200, {"ETag": '"{etag}"'}, '{"id":"{id}","items":[1,2],"open":true}')
    same = Comparison({"etag": "7"})
    same.check(shown, 200, {"ETag": '"7"'}, b'{"id":"a","items":[1,2],"open":true,"more":1}')
    assert (same.wrong, same.names) == ([], {"etag": "7", "id": "a"})
    other = Comparison({"etag": "7"})
    other.check(shown, status, headers, body)
    assert other.wrong != []
