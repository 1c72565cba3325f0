"""JSON columns: a fact's own Structs, as text in compact JSON."""

from typing import Any

import msgspec


def document(value: Any) -> str:
    """Give the text of a JSON column; decimals are strings in it, as in the event."""
    return msgspec.json.encode(value).decode()
