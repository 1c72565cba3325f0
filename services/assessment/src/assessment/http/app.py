"""The application: its routes, who may ask from where, and what every answer carries."""

from typing import Final

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.types import Message, Scope

from assessment.http.bodies import AnyRequest
from assessment.http.credentials import (
    provide_candidate,
    provide_employer,
    provide_link_holder,
    provide_operator,
)
from assessment.http.failures import handlers
from assessment.http.recalled_seats import provide_recalled
from assessment.http.routes import routes
from assessment.http.service import Service

ASKED_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Traceparent",
    "X-Request-Id",
)
TOLD_HEADERS: Final = ("Content-Disposition", "ETag", "Eventrail-Position", "Location", "Retry-After", "X-Request-Id")
PREFLIGHT_SECONDS: Final = 600


def create_app(service: Service) -> Litestar:
    """Make the application for one process; it holds no state beside the service."""

    def provide_service() -> Service:
        return service

    async def admit(request: AnyRequest) -> None:
        service.limits.admit_public(request)

    return Litestar(
        route_handlers=list(routes()),
        dependencies={
            "service": Provide(provide_service, sync_to_thread=False),
            "operator": Provide(provide_operator),
            "employer": Provide(provide_employer),
            "candidate": Provide(provide_candidate),
            "recalled": Provide(provide_recalled),
            "link_holder": Provide(provide_link_holder),
        },
        exception_handlers=handlers(),
        before_request=admit,
        before_send=[unindexed],
        cors_config=_cors(service.settings.cors_origins),
        openapi_config=None,
        logging_config=None,
    )


async def unindexed(message: Message, _: Scope) -> None:
    """Keep every answer out of search engines, errors included: a link may have been pasted anywhere."""
    if message["type"] == "http.response.start":
        MutableScopeHeaders.from_message(message)["X-Robots-Tag"] = "noindex"


def _cors(origins: tuple[str, ...]) -> CORSConfig | None:
    if not origins:
        return None
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=list(ASKED_HEADERS),
        expose_headers=list(TOLD_HEADERS),
        max_age=PREFLIGHT_SECONDS,
    )
