"""The application: every route with its methods, scopes and handlers; no state of its own."""

from typing import Any, Final

from litestar import Litestar
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import ASGIApp, Method

from eventrail.http.appends import Appends
from eventrail.http.checkpoints import Checkpoints
from eventrail.http.endpoint import Door, Endpoint
from eventrail.http.metrics import MetricsDoor
from eventrail.http.reads import Reads
from eventrail.http.reports import Reports
from eventrail.http.schema import Schema
from eventrail.http.store import Store
from eventrail.http.streaming import Streaming
from servicekit.litestar_problems import exception_handlers

Doors = dict[str, dict[str, Door]]
_METHODS: Final[tuple[Method, ...]] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def doors_of(store: Store) -> Doors:
    """The HTTP surface: path, then method."""
    appends, reads, reports, schema = Appends(store), Reads(store), Reports(store), Schema()
    checkpoints = Checkpoints(store)
    document = Door(schema.document, None)
    return {
        "/append": {"POST": Door(appends.append, "append")},
        "/events": {"POST": Door(appends.event, "append"), "GET": Door(reads.page, "read")},
        "/events/stream": {"GET": Door(Streaming(store).stream, "read")},
        "/events/{id:str}": {"GET": Door(reads.by_id, "read")},
        "/checkpoint": {"GET": Door(checkpoints.checkpoint, "read")},
        "/checkpoint/key": {"GET": Door(checkpoints.key, None)},
        "/stats": {"GET": Door(reports.stats, "read")},
        "/health/live": {"GET": Door(reports.live, None)},
        "/health/ready": {"GET": Door(reports.ready, None)},
        "/metrics": {"GET": Door(MetricsDoor(store).metrics, store.metrics_scope)},
        "/schema": {"GET": document},
        "/schema/openapi.json": {"GET": document},
    }


def create_app(store: Store) -> Litestar:
    """Routes are plain ASGI handlers: the framework finds them, nothing stands between them and the wire."""
    return Litestar(
        route_handlers=[
            _route(path, Endpoint(store.grants, doors), path.strip("/") or "root")
            for path, doors in doors_of(store).items()
        ],
        exception_handlers=exception_handlers(),
        openapi_config=None,
        logging_config=None,
    )


def _route(path: str, endpoint: Endpoint, name: str) -> ASGIRouteHandler | HTTPRouteHandler:
    if "{" in path:
        return _route_with_values(path, endpoint, name)

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await endpoint(scope, receive, send)

    return ASGIRouteHandler(path, name=name, copy_scope=False)(handle)


def _route_with_values(path: str, endpoint: Endpoint, name: str) -> HTTPRouteHandler:
    """Litestar's router finds path values for HTTP handlers only; such a one may answer with an ASGI application."""

    async def handle() -> ASGIApp:
        return endpoint

    return HTTPRouteHandler(path, http_method=_METHODS, status_code=200, name=name)(handle)
