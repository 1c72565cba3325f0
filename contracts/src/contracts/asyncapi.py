"""The AsyncAPI 3.0 document of what is published on NATS: subjects, headers, and a message for each event type."""

from typing import Any, Final

from contracts.documents import definitions_of, versioned_events
from contracts.envelope import TAG_PATTERN, TYPE_PATTERN, Event
from contracts.subjects import (
    ALL_EVENTS,
    EXPECTED_SEQUENCE_HEADER,
    LOG_ID_HEADER,
    NO_TAG,
    PREFIX,
    STREAM,
    TRACE_HEADER,
    TRACE_STATE_HEADER,
)

REFERENCE: Final = "#/components/schemas/{name}"
OTHER: Final = "other"

Document = dict[str, Any]


def document() -> Document:
    """The same on every call: it is kept golden."""
    types = {name.rpartition(".v")[0]: name for name in versioned_events()}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:eventrail",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {
            "nats": {
                "host": "{host}:{port}",
                "protocol": "nats",
                "description": f"JetStream; the stream is {STREAM}, and a message's sequence is its event's position.",
                "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "4222"}},
            }
        },
        "channels": {"all": _all(types), "by_type": _by_type(), **{key: _channel(key, types[key]) for key in types}},
        "operations": {
            "publish": {
                "action": "send",
                "summary": "Every event of the log, in its order, once it is durable; lag is possible, loss is not.",
                "channel": {"$ref": "#/channels/all"},
                "messages": [{"$ref": f"#/channels/all/messages/{name}"} for name in (*types.values(), OTHER)],
            }
        },
        "components": _components(types),
    }


def _info() -> Document:
    return {
        "title": "Eventrail's events on NATS",
        "version": "1",
        "description": (
            "The payload is the line of the log, byte for byte, so that its hash can be checked anywhere. The subject "
            f"names the event's first tag (`{NO_TAG}` where it has none) and its type: one wildcard follows a tag, "
            "another a type. A consumer that keeps a position can go on from it over HTTP at any time."
        ),
        "license": {"name": "Apache-2.0"},
    }


def _all(types: dict[str, str]) -> Document:
    return {
        "address": ALL_EVENTS,
        "title": "Everything",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in (*types.values(), OTHER)},
    }


def _by_type() -> Document:
    return {
        "address": f"{PREFIX}.{{tag}}.{{type}}",
        "title": "Any event by first tag and type",
        "parameters": {
            "tag": {"$ref": "#/components/parameters/tag"},
            "type": {"description": f"Dotted words: {TYPE_PATTERN}"},
        },
        "messages": {OTHER: {"$ref": f"#/components/messages/{OTHER}"}},
    }


def _channel(event_type: str, name: str) -> Document:
    return {
        "address": f"{PREFIX}.{{tag}}.{event_type}",
        "title": event_type,
        "parameters": {"tag": {"$ref": "#/components/parameters/tag"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }


def _components(types: dict[str, str]) -> Document:
    structs = versioned_events()
    return {
        "messages": {
            **{name: _message(key, name, structs[name].__name__) for key, name in types.items()},
            OTHER: _other(),
        },
        "parameters": {"tag": {"description": f"The event's first tag, or {NO_TAG}: {TAG_PATTERN}"}},
        "schemas": {"Headers": _headers(), **definitions_of((Event, *structs.values()), REFERENCE)},
    }


def _message(event_type: str, name: str, struct: str) -> Document:
    narrowed = {
        "type": "object",
        "properties": {"type": {"const": event_type}, "data": {"$ref": REFERENCE.format(name=struct)}},
    }
    return {
        "name": name,
        "title": event_type,
        "contentType": "application/json",
        "headers": {"$ref": REFERENCE.format(name="Headers")},
        "payload": {"allOf": [{"$ref": REFERENCE.format(name=Event.__name__)}, narrowed]},
    }


def _other() -> Document:
    return {
        "name": OTHER,
        "title": "An event of any other type",
        "contentType": "application/json",
        "headers": {"$ref": REFERENCE.format(name="Headers")},
        "payload": {"$ref": REFERENCE.format(name=Event.__name__)},
    }


def _headers() -> Document:
    return {
        "type": "object",
        "properties": {
            LOG_ID_HEADER: {"type": "string", "format": "uuid", "description": "The log that the event belongs to."},
            EXPECTED_SEQUENCE_HEADER: {"type": "string", "pattern": "^[0-9]+$", "description": "The position before."},
            TRACE_HEADER: {"type": "string", "description": "W3C trace context of the request that appended."},
            TRACE_STATE_HEADER: {"type": "string", "description": "Of the same, where the client gave it."},
        },
        "required": [LOG_ID_HEADER],
    }
