"""JSON requests decoded into Structs; a refusal names the place and shows the value that stands there."""

import re
from typing import Any, Final, TypeVar

import msgspec

from servicekit.problems import ProblemRaised, malformed

_PLACE: Final = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD: Final = re.compile(r"^Object (?:contains unknown|missing required) field `(?P<field>[^`]*)`")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")

T = TypeVar("T")


def decode(decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    """The decoded body. Raises `ProblemRaised` (400 malformed) on everything that the decoder refuses."""
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _outside(str(error), raw) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(_sentence(str(error)), at="$") from None
    except RecursionError:
        raise malformed("the JSON is nested too deeply", at="$") from None


def seen_at(raw: bytes, path: str) -> str:
    """The JSON that stands at a path like `$.events[0].type`; empty when nothing does or it can't be told."""
    try:
        value: Any = msgspec.json.decode(raw)
        for name, index in _STEP.findall(path):
            value = value[int(index)] if index else value[name]
        return msgspec.json.encode(value).decode("utf-8", "replace")
    except (msgspec.DecodeError, UnicodeError, RecursionError, KeyError, IndexError, TypeError):
        return ""


def _outside(message: str, raw: bytes) -> ProblemRaised:
    match = _PLACE.match(message)
    assert match is not None, "the pattern matches every text"
    reason, path = match["reason"], match["path"] or "$"
    field = _FIELD.match(reason)
    at = f"{path}.{field['field']}" if field else path
    return malformed(_sentence(reason), at=at, seen=seen_at(raw, at))


def _sentence(reason: str) -> str:
    """A refusal may quote what was sent: short enough to be shown, and never with control characters."""
    return "".join(character if character.isprintable() else "?" for character in reason)[:200]
