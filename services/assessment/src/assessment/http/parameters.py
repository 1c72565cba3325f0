"""Query parameters: only those that the operation knows, each once."""

from collections.abc import Mapping
from typing import Final

from assessment.http.bodies import AnyRequest
from assessment.http.operations import Operation
from assessment.http.problems import malformed

Query = Mapping[str, str]
MAX_POSITION: Final = 2**63 - 1


def read_query(request: AnyRequest, operation: Operation) -> Query:
    """Refuse an unknown or repeated parameter, since whoever sent it would believe that it was heard."""
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in operation.query_names:
            raise malformed("The resource knows no such parameter.", at=name[:80], seen=value)
        if name in query:
            raise malformed("The parameter is given more than once.", at=name, seen=value)
        query[name] = value
    return query


def read_position(query: Query, name: str) -> int | None:
    """Read a position of the log; None where none is given."""
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_POSITION):
        raise malformed("A position is a whole number from 0.", at=name, seen=text)
    return int(text)
