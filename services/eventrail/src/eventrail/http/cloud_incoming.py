"""CloudEvents in: structured, batch and binary mode become appends; what is theirs alone is kept in `meta`."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from contracts.cloud_events import ID_ATTRIBUTE, POSITION_ATTRIBUTE, TAGS_ATTRIBUTE
from contracts.problems import ProblemType, problem
from eventrail.http.cloud_attributes import Attributes, checked, event_id_of
from eventrail.http.queries import TAGS
from eventrail.log.admission import check_append, compact_json
from eventrail.log.errors import Malformed
from eventrail.log.events import Append, NewEvent
from eventrail.log.limits import EVENTS_PER_APPEND, NESTING_LEVELS
from servicekit.problems import ProblemRaised, malformed

META_KEY: Final = "cloudevents"
BASE64_MARK: Final = "data_base64"
"""In `meta`: the data is a text of base64. No attribute can have such a name."""
NO_DATA_MARK: Final = "no_data"
HEADER_PREFIX: Final = b"ce-"
TRACE_ATTRIBUTES: Final = ("traceparent", "tracestate")

_OWN: Final = frozenset({ID_ATTRIBUTE, POSITION_ATTRIBUTE, TAGS_ATTRIBUTE})
_IN_THE_LINE: Final = frozenset({"specversion", "type"})
_ENVELOPE_LEVELS: Final = 2
_JSON_TYPE: Final = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE | re.ASCII)
_ONE: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_MANY: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_ANY: Final = msgspec.json.Decoder()
_ENCODE: Final = msgspec.json.Encoder().encode


def append_of_structured(body: bytes, tags: Sequence[str]) -> Append:
    """One CloudEvent in JSON. Raises `ProblemRaised`, `Malformed`, `TooLarge`, as all here do."""
    return _append([_event(_decoded(_ONE, body), "$", tags)])


def append_of_batch(body: bytes, tags: Sequence[str]) -> Append:
    """A JSON array of CloudEvents: one atomic append."""
    members = _decoded(_MANY, body)
    if len(members) > EVENTS_PER_APPEND:
        detail = f"an append has at most {EVENTS_PER_APPEND} events"
        raise ProblemRaised(problem(ProblemType.PAYLOAD_TOO_LARGE, detail, at="$"))
    return _append([_event(fields, f"$[{number}]", tags) for number, fields in enumerate(members)])


def append_of_binary(
    headers: Sequence[tuple[bytes, bytes]], content_type: bytes | None, body: bytes, tags: Sequence[str]
) -> Append:
    """One CloudEvent whose attributes are `ce-` headers and whose data is the body."""
    given: dict[str, Any] = {}
    for name, value in headers:
        if name.startswith(HEADER_PREFIX):
            attribute = name.decode("latin-1")
            if attribute in given:
                raise malformed("given more than once", at=attribute)
            given[attribute] = _header_text(value, attribute)
    given = {name.removeprefix("ce-"): value for name, value in given.items()}
    if content_type is not None:
        given["datacontenttype"] = content_type.decode("latin-1")
    attributes = checked(given, "ce")
    return _append([_new_event(attributes, *_body_data(attributes, body), tags, "ce")])


def is_binary(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(name == b"ce-specversion" for name, _ in headers)


def _event(fields: Mapping[str, msgspec.Raw], at: str, tags: Sequence[str]) -> NewEvent:
    given = {name: _ANY.decode(raw) for name, raw in fields.items() if name not in {"data", "data_base64"}}
    return _new_event(checked(given, at), *_member_data(fields, at), tags, at)


def _new_event(attributes: Attributes, data: bytes, mark: str | None, tags: Sequence[str], at: str) -> NewEvent:
    kept: dict[str, Any] = {
        name: value for name, value in attributes.items() if name not in _OWN and name not in _IN_THE_LINE
    }
    if mark is not None:
        kept[mark] = True
    traces = {name: kept[name] for name in TRACE_ATTRIBUTES if isinstance(kept.get(name), str)}
    return NewEvent(
        type=str(attributes["type"]),
        tags=_tags(attributes.get(TAGS_ATTRIBUTE), tags, at),
        data=data,
        id=event_id_of(str(attributes["source"]), str(attributes["id"])),
        meta=_ENCODE({**traces, META_KEY: kept}),
    )


def _member_data(fields: Mapping[str, msgspec.Raw], at: str) -> tuple[bytes, str | None]:
    """The data as JSON, and the mark that tells how it is to go out again."""
    data, encoded = fields.get("data"), fields.get("data_base64")
    if encoded is None or bytes(encoded) == b"null":
        return (b"null", NO_DATA_MARK) if data is None else (_data(bytes(data), f"{at}.data"), None)
    if data is not None:
        raise malformed("there is `data` or `data_base64`, never both", at=f"{at}.data_base64")
    text = _ANY.decode(encoded)
    if not isinstance(text, str) or not _is_base64(text):
        raise malformed("not base64", at=f"{at}.data_base64", seen=str(text)[:80])
    return bytes(encoded), BASE64_MARK


def _body_data(attributes: Attributes, body: bytes) -> tuple[bytes, str | None]:
    """JSON stays JSON, text becomes a JSON text, anything else base64."""
    kind = str(attributes.get("datacontenttype", "application/json"))
    if not body:
        return b"null", NO_DATA_MARK
    if _JSON_TYPE.fullmatch(kind):
        return _data(body, "$"), None
    if kind.lower().startswith("text/"):
        try:
            return _ENCODE(body.decode()), None
        except UnicodeDecodeError:
            pass
    return _ENCODE(base64.b64encode(body).decode("ascii")), BASE64_MARK


def _data(raw: bytes, at: str) -> bytes:
    try:
        return compact_json(raw)
    except Malformed as error:
        raise Malformed(f"{at} ({error.where})", error.reason) from None


def _decoded(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    try:
        return decoder.decode(compact_json(body, NESTING_LEVELS + _ENVELOPE_LEVELS))
    except Malformed as error:
        raise Malformed(f"$ ({error.where})", error.reason) from None
    except msgspec.ValidationError as error:
        raise malformed(str(error), at="$") from None


def _tags(attribute: object, tags: Sequence[str], at: str) -> tuple[str, ...]:
    """Those that the event brings, then those of the request that it does not bring."""
    place = f"{at}.{TAGS_ATTRIBUTE}"
    if attribute is None:
        return tuple(tags)
    own = str(attribute).split(",")
    try:
        for tag in own:
            TAGS.parse(tag)
    except ValueError as error:
        raise malformed(str(error), at=place, seen=str(attribute)[:80]) from None
    return (*own, *(tag for tag in tags if tag not in own))


def _header_text(value: bytes, at: str) -> str:
    """Percent-encoded UTF-8; quotes around a whole value are not part of it."""
    text = value.decode("latin-1").strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise malformed("not percent-encoded UTF-8", at=at) from None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _append(events: Sequence[NewEvent]) -> Append:
    append = Append(tuple(events))
    check_append(append)
    return append
