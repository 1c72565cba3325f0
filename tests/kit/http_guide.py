"""Requests and answers as a guide shows them: sent as they stand, and held to what is shown.

A block is a request or the answer to the one before it. `{name}` in an answer keeps what stands there, `{name}` in a
request puts it in; `…` is anything, and what an answer has beside what is shown may be there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BLOCK = re.compile(r"^```http\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"\{([a-z_]+)\}")
ANYTHING = "…"
Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """answers: one; what is asked and not shown has none."""

    request: str
    answer: Answer | None = None


def exchanges(guide: str) -> list[Exchange]:
    found: list[Exchange] = []
    for block in BLOCK.findall(guide):
        if block.startswith("HTTP/1.1 "):
            assert found, "an answer follows a request"
            assert found[-1].answer is None, "a request has one answer"
            found[-1] = Exchange(found[-1].request, _answer(block))
        else:
            found.append(Exchange(block))
    return found


def request(text: str, names: Mapping[str, str]) -> Request:
    """What is sent; a name that no answer before has given is a mistake of the guide."""
    filled = NAME.sub(lambda match: names[match[1]], text)
    head, _, body = filled.partition("\n\n")
    line, *lines = head.splitlines()
    method, path = line.split(" ")
    headers = dict(part.split(": ", 1) for part in lines)
    if headers.get("Content-Type", "").startswith("multipart/"):
        return Request(method, path, headers, body.strip("\n").replace("\n", "\r\n").encode() + b"\r\n")
    return Request(method, path, headers, body.strip("\n").encode())


def _answer(block: str) -> Answer:
    head, _, body = block.partition("\n\n")
    line, *lines = head.splitlines()
    return Answer(int(line.split(" ")[1]), dict(part.split(": ", 1) for part in lines), body.strip("\n"))


@dataclass
class Comparison:
    """Holds an answer that came to the one that is shown; `wrong` has a line for each difference."""

    names: Names
    wrong: list[str] = field(default_factory=list)

    def check(self, shown: Answer, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._value("the status", shown.status, status)
        for name, value in shown.headers.items():
            self._text(name, value, headers.get(name, "(absent)"))
        if shown.body and shown.headers.get("Content-Type", "").startswith("text/"):
            self._text("the body", shown.body, body.decode().lstrip("\ufeff").replace("\r\n", "\n").strip("\n"))
        elif shown.body:
            self._value("$", json.loads(shown.body), json.loads(body))

    def _value(self, place: str, shown: Any, got: Any) -> None:
        if isinstance(shown, str) and isinstance(got, str):
            self._text(place, shown, got)
        elif isinstance(shown, dict) and isinstance(got, dict):
            for name, value in shown.items():
                self._value(f"{place}.{name}", value, got.get(name, "(absent)"))
        elif isinstance(shown, list) and isinstance(got, list):
            self._list(place, shown, got)
        elif shown != ANYTHING and (shown != got or isinstance(shown, bool) is not isinstance(got, bool)):
            self.wrong.append(f"{place}: {got!r} instead of {shown!r}")

    def _list(self, place: str, shown: list[Any], got: list[Any]) -> None:
        whole = shown[:-1] if shown and shown[-1] == ANYTHING else shown
        if len(got) < len(whole) or (whole is shown and len(got) != len(shown)):
            self.wrong.append(f"{place}: {len(got)} instead of {len(shown)}")
        for number, (one, other) in enumerate(zip(whole, got, strict=False)):
            self._value(f"{place}[{number}]", one, other)

    def _text(self, place: str, shown: str, got: str) -> None:
        pattern, keeps = "", []
        for part in re.split(r"(\{[a-z_]+\}|…)", shown):
            name = NAME.fullmatch(part)
            if part == ANYTHING or (name and name[1] not in self.names and name[1] in keeps):
                pattern += r".*"
            elif name and name[1] not in self.names:
                keeps.append(name[1])
                pattern += f"(?P<{name[1]}>.+)"
            else:
                pattern += re.escape(self.names[name[1]] if name else part)
        match = re.fullmatch(pattern, got, re.DOTALL)
        if match is None:
            self.wrong.append(f"{place}: {got!r} instead of {shown!r}")
        else:
            self.names.update(match.groupdict())
