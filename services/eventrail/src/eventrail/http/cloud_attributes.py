"""The context attributes of CloudEvents 1.0: their grammar, and where one is outside it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from contracts.cloud_events import SPEC_VERSION
from contracts.envelope import MAX_TYPE_CHARACTERS, TYPE_GRAMMAR
from servicekit.problems import malformed

Attributes = dict[str, str | int | bool]

REQUIRED: Final = ("specversion", "id", "source", "type")
LARGEST_INTEGER: Final = 2**31 - 1

_EXTENSION_NAME: Final = re.compile(r"[a-z0-9]+")
# Everything but control characters, surrogates and noncharacters of the basic plane.
_TEXT: Final = re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]*")
_URI_REFERENCE: Final = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_URI_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_TIME: Final = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt]"
    r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_TOKEN: Final = r"[A-Za-z0-9!#$&^_.+-]+"  # noqa: S105 - a word of HTTP's grammar, no password
_MEDIA_TYPE: Final = re.compile(rf"{_TOKEN}/{_TOKEN}(?:\s*;.*)?")


def checked(given: Mapping[str, Any], at: str) -> Attributes:
    """The attributes, those that are null left out. Raises `ProblemRaised` (400) with the place below `at`."""
    attributes = {name: value for name, value in given.items() if value is not None}
    for name in REQUIRED:
        if name not in attributes:
            raise malformed("a CloudEvent needs it", at=f"{at}.{name}")
    for name, value in attributes.items():
        if reason := _reason(name, value):
            raise malformed(reason, at=f"{at}.{name[:40]}", seen=_shown(value))
    return attributes


def event_id_of(source: str, cloud_id: str) -> str:
    """The id under which an event stands: of source and id together, as they are unique together."""
    return str(uuid5(uuid5(NAMESPACE_URL, source), cloud_id))


def _reason(name: str, value: Any) -> str | None:
    """Why the value is none for this attribute; None where it is one."""
    if name in _KNOWN:
        if not isinstance(value, str) or not value or not _TEXT.fullmatch(value):
            return "not a text that says something"
        return _KNOWN[name](value)
    if not _EXTENSION_NAME.fullmatch(name) or name == "data":
        return "the name of an attribute is of [a-z0-9], and not `data`"
    if isinstance(value, str):
        return None if _TEXT.fullmatch(value) else "control characters"
    if isinstance(value, bool) or (isinstance(value, int) and -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER):
        return None
    return "not a text, a boolean or an integer of 32 bits"


def _version(text: str) -> str | None:
    return None if text == SPEC_VERSION else f"only {SPEC_VERSION} is known here"


def _type(text: str) -> str | None:
    if len(text) <= MAX_TYPE_CHARACTERS and TYPE_GRAMMAR.fullmatch(text):
        return None
    return f"not dotted lower-case words of at most {MAX_TYPE_CHARACTERS} characters"


def _source(text: str) -> str | None:
    return None if _URI_REFERENCE.fullmatch(text) else "not a URI reference"


def _schema(text: str) -> str | None:
    return None if _URI_REFERENCE.fullmatch(text) and _URI_SCHEME.match(text) else "not a URI"


def _time(text: str) -> str | None:
    return None if _TIME.fullmatch(text) else "not a time by RFC 3339"


def _media_type(text: str) -> str | None:
    return None if _MEDIA_TYPE.fullmatch(text) else "not a media type"


_KNOWN: Final[Mapping[str, Callable[[str], str | None]]] = {
    "specversion": _version,
    "id": lambda _: None,
    "source": _source,
    "type": _type,
    "subject": lambda _: None,
    "time": _time,
    "datacontenttype": _media_type,
    "dataschema": _schema,
}


def _shown(value: Any) -> str:
    return "".join(character if character.isprintable() else "?" for character in str(value)[:80])
