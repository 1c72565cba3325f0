"""Query parameters: only those that the operation knows, each once."""

from collections.abc import Mapping

from assessment.http.bodies import AnyRequest
from assessment.http.operations import Operation
from assessment.http.problems import malformed

Query = Mapping[str, str]


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
