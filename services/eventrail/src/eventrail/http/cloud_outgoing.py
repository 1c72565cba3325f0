"""CloudEvents out: any stored line as a valid CloudEvent, one that came as such as it came."""

from typing import Any, Final

import msgspec

from contracts.cloud_events import ID_ATTRIBUTE, POSITION_ATTRIBUTE, SPEC_VERSION, TAGS_ATTRIBUTE
from eventrail.http.cloud_attributes import checked, event_id_of
from eventrail.http.cloud_incoming import BASE64_MARK, META_KEY, NO_DATA_MARK, TRACE_ATTRIBUTES
from servicekit.problems import ProblemRaised

_IN_META: Final = b'"' + META_KEY.encode() + b'":{'
_MARKS: Final = frozenset({BASE64_MARK, NO_DATA_MARK})
_TEXT_START: Final = b'"'


class _Line(msgspec.Struct, frozen=True):
    position: int
    id: str
    type: str
    tags: tuple[str, ...]
    time: str
    data: msgspec.Raw
    meta: msgspec.Raw


_LINE: Final = msgspec.json.Decoder(_Line)
_META: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY: Final = msgspec.json.Decoder(dict[str, Any])
_ENCODE: Final = msgspec.json.Encoder().encode


def cloud_event(line: bytes, log_id: str) -> bytes:
    """A stored line as a CloudEvent in JSON."""
    stored = _LINE.decode(line)
    meta = bytes(stored.meta)
    event = (_as_it_came(stored, meta) if _IN_META in meta else None) or _of_the_log(stored, meta, log_id)
    return _ENCODE(event)


def cloud_batch(lines: bytes, log_id: str) -> bytes:
    """Stored lines as a JSON array of CloudEvents."""
    return b"[" + b",".join([cloud_event(line, log_id) for line in lines.splitlines()]) + b"]"


def _as_it_came(stored: _Line, meta: bytes) -> dict[str, Any] | None:
    """The event of the producer; None where `meta` only looks like one, for anybody may write what they like there."""
    try:
        kept = _ANY.decode(_META.decode(meta)[META_KEY])
        marks = {name for name in _MARKS if kept.pop(name, None) is True}
        attributes = checked({"specversion": SPEC_VERSION, **kept, "type": stored.type}, "$")
    except (msgspec.MsgspecError, ProblemRaised, KeyError):
        return None
    if event_id_of(str(attributes["source"]), str(attributes["id"])) != stored.id:
        return None
    event: dict[str, Any] = {
        **{name: attributes.pop(name) for name in ("specversion", "id", "source", "type")},
        **attributes,
        **_own(stored),
    }
    if BASE64_MARK in marks and bytes(stored.data).startswith(_TEXT_START):
        return {**event, "data_base64": stored.data}
    return event if NO_DATA_MARK in marks else {**event, "data": stored.data}


def _of_the_log(stored: _Line, meta: bytes, log_id: str) -> dict[str, Any]:
    """An event that came by another door: the log is its source, its first tag what it is about."""
    return {
        "specversion": SPEC_VERSION,
        "id": stored.id,
        "source": f"urn:uuid:{log_id}",
        "type": stored.type,
        **({"subject": stored.tags[0]} if stored.tags else {}),
        "time": stored.time,
        "datacontenttype": "application/json",
        **_traces(meta),
        **_own(stored),
        "data": stored.data,
    }


def _own(stored: _Line) -> dict[str, str]:
    """Texts all of them: an integer of CloudEvents ends at 2³¹."""
    own = {ID_ATTRIBUTE: stored.id, POSITION_ATTRIBUTE: str(stored.position)}
    return {**own, TAGS_ATTRIBUTE: ",".join(stored.tags)} if stored.tags else own


def _traces(meta: bytes) -> dict[str, str]:
    if b'"traceparent":"' not in meta:
        return {}
    known = _META.decode(meta)
    found = {name: _text(known[name]) for name in TRACE_ATTRIBUTES if name in known}
    return {name: text for name, text in found.items() if text}


def _text(raw: msgspec.Raw) -> str:
    try:
        text = msgspec.json.decode(raw, type=str)
    except msgspec.MsgspecError:
        return ""
    return text if text.isascii() and text.isprintable() else ""
