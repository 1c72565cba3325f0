"""Free ports of 127.0.0.1, outside the range that the kernel hands to outgoing connections.

A port of that range could be given to somebody's connection while a server that is to come back on it is down. For the
same reason a process gives out its ports one after the other, from a place of its own, and none of them twice in a row.
"""

import errno
import itertools
import random
import socket
from collections.abc import Iterator

from embedded.failures import PortTaken

LOWEST_PORT = 20_000
HIGHEST_PORT = 32_000
ATTEMPTS = 200

# tests seed the common generator, so two runs would begin alike
_BEGIN = random.SystemRandom().randrange(HIGHEST_PORT - LOWEST_PORT)
_PORTS: Iterator[int] = itertools.cycle(
    (*range(LOWEST_PORT + _BEGIN, HIGHEST_PORT), *range(LOWEST_PORT, LOWEST_PORT + _BEGIN))
)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on at this moment: the preferred one if it is free, else the next that is."""
    if preferred is not None and is_free(preferred):
        return preferred
    for port in itertools.islice(_PORTS, ATTEMPTS):
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


def require_free(port: int) -> None:
    if not is_free(port):
        raise PortTaken(port)
