"""Asks a service of this machine over HTTP whether it is ready."""

import http.client
from urllib.parse import urlsplit


def answers_ok(url: str, timeout_seconds: float = 1.0) -> bool:
    """Whether a GET of the address answers 200; False too where nobody listens yet."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout_seconds)
    try:
        connection.request("GET", address.path or "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
