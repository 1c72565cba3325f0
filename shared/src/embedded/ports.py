"""Free ports of 127.0.0.1, outside the range that the kernel hands to outgoing connections.

A port of that range could be given to somebody's connection while a server that is to come back on it is down.
"""

import errno
import random
import socket

from embedded.failures import PortTaken

LOWEST_PORT = 20_000
HIGHEST_PORT = 32_000
ATTEMPTS = 200


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on at this moment: the preferred one if it is free, else one at random."""
    if preferred is not None and is_free(preferred):
        return preferred
    dice = random.SystemRandom()  # tests seed the common generator, so two runs would choose alike
    for port in (dice.randint(LOWEST_PORT, HIGHEST_PORT) for _ in range(ATTEMPTS)):
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


def require_free(port: int) -> None:
    if not is_free(port):
        raise PortTaken(port)
