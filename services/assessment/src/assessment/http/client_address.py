"""Where a request comes from: the socket's other end, or what the trusted proxies before us say."""

from collections.abc import Mapping
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

FORWARDED: Final = b"x-forwarded-for"
IPV6_BITS: Final = 64
"""Of an IPv6 address, as many tell one subscriber from another; the rest is theirs to choose."""


def client_address(scope: Mapping[str, Any], trusted_proxies: int) -> str:
    """Name the client for its limits; what it wrote into X-Forwarded-For itself never counts.

    Each proxy adds the address that it was asked from at the end, so with n trusted ones the client's is the nth from
    there. Where there are fewer, or it is no address, the request came another way, and the socket's end counts.
    """
    client = scope.get("client")
    socket = client[0] if client else ""
    if trusted_proxies:
        values = [value.decode("latin-1") for name, value in scope["headers"] if name == FORWARDED]
        stations = [station.strip() for value in values for station in value.split(",")]
        if len(stations) >= trusted_proxies and (named := _subscriber(stations[-trusted_proxies])) is not None:
            return named
    return _subscriber(socket) or socket


def _subscriber(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), IPV6_BITS), strict=False))
