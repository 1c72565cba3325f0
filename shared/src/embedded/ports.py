"""Free ports of 127.0.0.1, outside the range that the kernel hands to outgoing connections.

A port of that range could be given to somebody's connection while a server that is to come back on it is down. For the
same reason a process gives out the ports of a block of its own, one after the other, and none of them twice in a row.
"""

import errno
import functools
import itertools
import random
import socket
from collections.abc import Iterator

from embedded.failures import PortTaken

LOWEST_PORT = 20_000
HIGHEST_PORT = 32_000
BLOCK_PORTS = 500


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
    for port in itertools.islice(_own_ports(), BLOCK_PORTS):
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


@functools.cache
def _own_ports() -> Iterator[int]:
    """Round and round in a block that no other process has; in any block, where all are taken."""
    blocks = [range(first, first + BLOCK_PORTS) for first in range(LOWEST_PORT, HIGHEST_PORT, BLOCK_PORTS)]
    # tests seed the common generator, so two processes would begin alike
    random.SystemRandom().shuffle(blocks)
    return itertools.cycle(next((block for block in blocks if _claimed(block)), blocks[0]))


_CLAIMS: list[socket.socket] = []
"""Names without a file, which the kernel gives to one at a time and takes back at the end of the process."""


def _claimed(block: range) -> bool:
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0embedded-ports-{block.start}")
    except OSError:
        claim.close()
        return False
    _CLAIMS.append(claim)
    return True


def require_free(port: int) -> None:
    if not is_free(port):
        raise PortTaken(port)
