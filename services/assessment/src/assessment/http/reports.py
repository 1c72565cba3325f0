"""What the service says of itself: health, and the document of its own interface."""

from dataclasses import replace
from typing import Any, Final

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from assessment.http.answers import ENCODER, JSON, AnswerBytes, sent
from assessment.http.bodies import AnyRequest
from assessment.http.operations import Operation, endpoint
from assessment.http.parameters import read_query
from assessment.http.service import ServiceGiven
from contracts.store import Health

LIVE: Final = Operation(id="healthLive", summary="Tell that the process answers", actor="anyone", answers={200: Health})
READY: Final = Operation(
    id="healthReady",
    summary="Tell whether it can do its work",
    actor="anyone",
    answers={200: Health, 503: Health},
)
SCHEMA: Final = Operation(
    id="schema", summary="Read this document", actor="anyone", answers={200: None}, is_document=True
)
KEPT: Final = {"Cache-Control": "public, max-age=300"}


@endpoint("GET", "/health/live", LIVE)
async def health_live(request: AnyRequest) -> AnswerBytes:
    read_query(request, LIVE)
    return sent(Health("ok"))


@endpoint("GET", "/health/ready", READY)
async def health_ready(request: AnyRequest, service: ServiceGiven) -> AnswerBytes:
    read_query(request, READY)
    health = await service.health.ready()
    return sent(health, status=503 if health.status == "failing" else 200)


def schema_endpoint(document: dict[str, Any], path: str) -> HTTPRouteHandler:
    """Serve the document, made once; it is open, since it holds no data."""
    body = ENCODER.encode(document)
    operation = replace(SCHEMA, id=SCHEMA.id if path == f"/{SCHEMA.id}" else f"{SCHEMA.id}File")

    @endpoint("GET", path, operation)
    async def schema(request: AnyRequest) -> AnswerBytes:
        read_query(request, operation)
        return Response(body, media_type=JSON, headers=KEPT)

    return schema
