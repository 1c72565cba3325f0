"""JSON as the log takes it: strict UTF-8, no lone surrogate, no key twice, bounded nesting, no needless whitespace."""

import json
import re
from typing import Final, NoReturn

import msgspec

from contracts.envelope import MAX_JSON_DEPTH

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


class NotJson(ValueError):  # noqa: N818 - the name says what was found
    """The bytes are not JSON as the log takes it; the message says why."""


def compact(raw: bytes) -> bytes:
    """The same value, byte for byte but for insignificant whitespace. Raises NotJson."""
    try:
        text = raw.decode()
        _refuse_depth(text)
        value = _DECODER.decode(text)
        json.dumps(value, ensure_ascii=False).encode()  # which a lone surrogate does not survive
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not UTF-8") from None
    except UnicodeEncodeError:
        raise NotJson("a lone surrogate") from None
    except json.JSONDecodeError as error:
        raise NotJson(str(error)) from None
    return msgspec.json.format(raw, indent=-1)


def _refuse_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > MAX_JSON_DEPTH:
            raise NotJson(f"nested deeper than {MAX_JSON_DEPTH}")


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not a number")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("a key stands twice in one object")
    return found


# Numbers are kept as text: their grammar is asked for, not whether Python could hold them.
_DECODER: Final = json.JSONDecoder(
    parse_int=str, parse_float=str, parse_constant=_refuse_constant, object_pairs_hook=_unique
)
