"""Query parameters: a table of what each request knows, parsed strictly; anything else is 400 with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from contracts.envelope import (
    MAX_TAG_CHARACTERS,
    MAX_TAGS,
    MAX_TYPE_CHARACTERS,
    TAG_GRAMMAR,
    TAG_PATTERN,
    TYPE_GRAMMAR,
    TYPE_PATTERN,
)
from eventrail.http.limits import DEFAULT_PAGE_EVENTS, PAGE_EVENTS, QUERY_FIELDS, QUERY_TYPES, WAIT_SECONDS
from servicekit.problems import malformed

MAX_POSITION: Final = 2**63 - 1
UUID_PATTERN: Final = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_UUID: Final = re.compile(UUID_PATTERN[1:-1])
_NUMBER: Final = re.compile(r"[0-9]{1,19}")
_SECONDS: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")

Values = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter and its grammar; `schema` says the same to the OpenAPI document."""

    name: str
    description: str
    schema: Mapping[str, Any]
    parse: Callable[[str], Any]
    most: int = 1


def parse_query(query_string: bytes, known: Mapping[str, Parameter]) -> Values:
    """The values of each parameter that was given. Raises `ProblemRaised` (400)."""
    values: dict[str, tuple[Any, ...]] = {}
    for name, text in _fields(query_string):
        parameter = known.get(name)
        if parameter is None:
            raise malformed("an unknown parameter", at=f"query.{_shown(name)}", seen=_shown(text))
        try:
            value = parameter.parse(text)
        except ValueError as error:
            raise malformed(str(error), at=f"query.{name}", seen=_shown(text)) from None
        values[name] = (*values.get(name, ()), value)
        if len(values[name]) > parameter.most:
            raise malformed(f"given more than {_times(parameter.most)}", at=f"query.{name}", seen=_shown(text))
    return values


def one(values: Values, name: str, default: Any = None) -> Any:
    given = values.get(name)
    return given[0] if given else default


def _fields(query_string: bytes) -> list[tuple[str, str]]:
    if not query_string:
        return []
    try:
        return parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=QUERY_FIELDS,
        )
    except ValueError:
        shown = _shown(query_string.decode("ascii", "replace"))
        raise malformed("not name=value pairs joined by &, percent-encoded UTF-8", at="query", seen=shown) from None


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text[:80])


def _times(most: int) -> str:
    return "once" if most == 1 else f"{most} times"


def _position(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MAX_POSITION:
        raise ValueError("not a position")
    return int(text)


def _limit(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= PAGE_EVENTS:
        raise ValueError(f"not a number from 1 to {PAGE_EVENTS}")
    return int(text)


def _wait(text: str) -> float:
    if not _SECONDS.fullmatch(text) or float(text) > WAIT_SECONDS:
        raise ValueError(f"not a number of seconds from 0 to {WAIT_SECONDS}")
    return float(text)


def _type(text: str) -> str:
    if len(text) > MAX_TYPE_CHARACTERS or not TYPE_GRAMMAR.fullmatch(text):
        raise ValueError(f"not dotted lower-case words of at most {MAX_TYPE_CHARACTERS} characters")
    return text


def _tag(text: str) -> str:
    if len(text) > MAX_TAG_CHARACTERS or not TAG_GRAMMAR.fullmatch(text):
        raise ValueError(f"not name:value of [A-Za-z0-9_:-], at most {MAX_TAG_CHARACTERS} characters")
    return text


def _id(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("not a UUID in canonical lower case")
    return text


def _order(text: str) -> str:
    if text not in {"forward", "backward"}:
        raise ValueError("not forward or backward")
    return text


_POSITION_SCHEMA: Final = {"type": "integer", "minimum": 0, "maximum": MAX_POSITION}
_TYPE_SCHEMA: Final = {"type": "string", "pattern": TYPE_PATTERN, "maxLength": MAX_TYPE_CHARACTERS}
_TAG_SCHEMA: Final = {"type": "string", "pattern": TAG_PATTERN, "maxLength": MAX_TAG_CHARACTERS}

AFTER: Final = Parameter("after", "Events later than this position.", _POSITION_SCHEMA, _position)
BEFORE: Final = Parameter("before", "Events earlier than this position.", _POSITION_SCHEMA, _position)
LIMIT: Final = Parameter(
    "limit",
    "At most so many events; a page also ends at 8 MiB, and may end inside an append.",
    {"type": "integer", "minimum": 1, "maximum": PAGE_EVENTS, "default": DEFAULT_PAGE_EVENTS},
    _limit,
)
ORDER: Final = Parameter(
    "order",
    "`forward` goes on from `after`, `backward` from `before`.",
    {"type": "string", "enum": ["forward", "backward"], "default": "forward"},
    _order,
)
WAIT: Final = Parameter(
    "wait",
    "Seconds to wait for a first event where the page would be empty.",
    {"type": "number", "minimum": 0, "maximum": WAIT_SECONDS, "default": 0},
    _wait,
)
TYPES: Final = Parameter("type", "Events of one of these types.", _TYPE_SCHEMA, _type, QUERY_TYPES)
TAGS: Final = Parameter("tag", "Events that carry all of these tags.", _TAG_SCHEMA, _tag, MAX_TAGS)
NEW_TYPE: Final = Parameter("type", "The event's type; `event` when none is given.", _TYPE_SCHEMA, _type)
NEW_TAGS: Final = Parameter("tag", "The event's tags, in this order.", _TAG_SCHEMA, _tag, MAX_TAGS)
NEW_ID: Final = Parameter(
    "id",
    "The event's id; with one, sending the same request again is harmless.",
    {"type": "string", "pattern": UUID_PATTERN},
    _id,
)


def table(*parameters: Parameter) -> Mapping[str, Parameter]:
    return {parameter.name: parameter for parameter in parameters}


NOTHING: Final = table()
READ: Final = table(AFTER, BEFORE, LIMIT, TYPES, TAGS, ORDER, WAIT)
STREAM: Final = table(AFTER, TYPES, TAGS)
NEW_EVENT: Final = table(NEW_TYPE, NEW_TAGS, NEW_ID)
NEW_CLOUD_EVENT: Final = table(NEW_TAGS)
