"""The same event for everybody: 256 bytes of data, a type and a tag, in JSON and in UmaDB's protocol buffers."""

import json

DATA = json.dumps({"text": "x" * 244}).encode()
TYPE = "order.placed"
TAG = "order:123456789"
ITEMS = 2_000
EVENTS_PER_ITEM = 10
"""For reading by tag at random."""
ABSENT = "order:never"
"""What no event carries: a condition on it holds."""

assert len(DATA) == 256, len(DATA)


def append_body(events: int, *, condition: bool = False) -> bytes:
    event = b'{"type":"%b","tags":["%b"],"data":%b}' % (TYPE.encode(), TAG.encode(), DATA)
    body = b'{"events":[' + b",".join([event] * events) + b"]"
    unless = b',"condition":{"fail_if_events_match":[{"tags":["%b"]}]}' % ABSENT.encode()
    return body + (unless if condition else b"") + b"}"


def append_message(events: int, *, condition: bool = False) -> bytes:
    """A gRPC frame of `umadb.v1.AppendRequest`."""
    event = _field(1, TYPE.encode()) + _field(2, TAG.encode()) + _field(3, DATA)
    unless = _field(2, _field(1, _field(1, _field(2, ABSENT.encode())))) if condition else b""
    return _frame(_field(1, event) * events + unless)


def read_message(start: int) -> bytes:
    """A gRPC frame of `umadb.v1.ReadRequest`: one event, from this position."""
    return _frame(b"\x10" + _number(start) + b"\x20" + _number(1))


def tagged_message(tag: str, limit: int) -> bytes:
    """A gRPC frame of `umadb.v1.ReadRequest`: the first events with a tag."""
    return _frame(_field(1, _field(1, _field(2, tag.encode()))) + b"\x20" + _number(limit))


def item_tag(number: int) -> str:
    return f"item:{number}"


def _field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _number(len(value)) + value


def _number(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _frame(message: bytes) -> bytes:
    return b"\0" + len(message).to_bytes(4, "big") + message
