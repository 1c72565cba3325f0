"""How much anybody may ask in a minute, and the answer to whoever asks more."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from assessment.http.bodies import AnyRequest
from assessment.http.client_address import client_address
from assessment.http.operations import OPERATION
from assessment.http.problems import try_again
from assessment.http.token_buckets import TokenBuckets
from assessment.settings import LimitSettings
from contracts.problems import ProblemType

SECOND_NANOSECONDS: Final = 1_000_000_000
PUBLIC_PREFIX: Final = "/v1/"
"""What anybody may ask without a credential, but health and the document of the interface."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Each by what it counts: public requests, failures and mailed codes by client address, others by link and key."""

    public: TokenBuckets
    failures: TokenBuckets
    codes: TokenBuckets
    links: TokenBuckets
    keys: TokenBuckets
    trusted_proxies: int

    @classmethod
    def of(cls, settings: LimitSettings, clock: Callable[[], int]) -> Self:
        return cls(
            public=TokenBuckets(settings.public_requests_per_minute, clock),
            failures=TokenBuckets(settings.failed_authentications_per_minute, clock),
            codes=TokenBuckets(settings.mailed_codes_per_minute, clock),
            links=TokenBuckets(settings.take_requests_per_minute, clock),
            keys=TokenBuckets(settings.key_requests_per_minute, clock),
            trusted_proxies=settings.trusted_proxies,
        )

    def address(self, request: AnyRequest) -> str:
        return client_address(request.scope, self.trusted_proxies)

    def admit_public(self, request: AnyRequest) -> None:
        """Count a request that needs no credential, before its handler. Raises ProblemRaised."""
        operation = request.route_handler.opt.get(OPERATION)
        if operation is not None and operation.actor == "anyone" and request.scope["path"].startswith(PUBLIC_PREFIX):
            count(self.public, self.address(request))


def count(buckets: TokenBuckets, name: str) -> None:
    """Take a token, or answer 429 with the seconds until there is one."""
    wait = buckets.take(name)
    if wait:
        seconds = -(-wait // SECOND_NANOSECONDS)
        raise try_again(ProblemType.TOO_MANY_REQUESTS, "The limit is counted by the minute.", seconds)
