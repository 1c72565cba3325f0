"""JSON looked at with care: nesting without recursion, and the place and reason of what is malformed.

This is the slow path of admission. It needs no luck: it runs in any thread, on any input, in time linear in its size.
"""

import json
import re
from typing import Final, NoReturn

from eventrail.log.errors import Malformed

# An unterminated string reaches to the end, so every start matches and the scan never goes back.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]:]')
_HEX: Final = "[0-9a-fA-F]"
_ESCAPE: Final = re.compile(
    rf"\\(?:u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}|(?P<lone>u[dD][89a-fA-F]{_HEX}{{2}})|.)"
)


def refuse_deep_nesting(raw: bytes, levels: int) -> None:
    """Raise `Malformed` unless the brackets outside strings pair up within `levels`.

    Each pass takes away the innermost level of the whole document at once.
    """
    brackets = _STRING.sub(b"", raw).translate(_SQUARE, _NOT_BRACKETS)
    for _ in range(levels):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise Malformed("nesting", f"arrays and objects are nested over {levels} levels, or do not pair up")


def refuse_malformed(raw: bytes) -> None:
    """Raise `Malformed`, naming the byte, unless `raw` is JSON by RFC 8259 in strict UTF-8.

    The nesting must have been checked. Numbers are held to the grammar only, whatever their size.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start}", "not UTF-8") from None
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed(f"byte {len(text[: error.pos].encode())}", f"not JSON: {error.msg}") from None
    _refuse_lone_surrogates(text)


def refuse_duplicate_keys(raw: bytes) -> None:
    """Raise `Malformed`, naming the byte, where a key stands twice in one object; `raw` is JSON."""
    objects: list[set[str] | None] = []
    name, start = b"", 0
    for token in _TOKEN.finditer(raw):
        match token[0]:
            case b"{":
                objects.append(set())
            case b"[":
                objects.append(None)
            case b"}" | b"]":
                objects.pop()
            case b":":
                keys = objects[-1]
                assert keys is not None, "a colon stands behind a key"
                key = json.loads(name)
                if key in keys:
                    raise Malformed(f"byte {start}", "a key stands twice in one object")
                keys.add(key)
            case text:
                name, start = text, token.start()


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed("number", f"{name} is not JSON")


def _any_number(_text: str) -> int:
    return 0


_DECODER: Final = json.JSONDecoder(parse_int=_any_number, parse_float=_any_number, parse_constant=_refuse_constant)


def _refuse_lone_surrogates(text: str) -> None:
    r"""Escapes are taken in order, a pair of surrogates as one, so that `\\ud800` is a backslash and no surrogate."""
    for escape in _ESCAPE.finditer(text):
        if escape["lone"]:
            raise Malformed(f"byte {len(text[: escape.start()].encode())}", "a lone surrogate")
