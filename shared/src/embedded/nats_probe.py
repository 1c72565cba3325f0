"""Asks a NATS server, in its own protocol, whether JetStream answers."""

import json
import socket
from io import BufferedReader

ANSWER_SECONDS = 1.0


def jetstream_answers(port: int, user: str, password: str) -> bool:
    """False for everything that is not an answer of JetStream's: no server, no permission, not ready yet."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection,
            connection.makefile("rb") as lines,
        ):
            return _asked(connection, lines, user, password)
    except (OSError, ValueError):
        return False


def _asked(connection: socket.socket, lines: BufferedReader, user: str, password: str) -> bool:
    if not lines.readline().startswith(b"INFO "):
        return False
    credentials = {"user": user, "pass": password, "verbose": False, "headers": True, "no_responders": True}
    connection.sendall(
        b"CONNECT " + json.dumps(credentials).encode() + b"\r\nSUB answer 1\r\nPUB $JS.API.INFO answer 0\r\n\r\n"
    )
    while line := lines.readline():
        if line.startswith(b"PING"):
            connection.sendall(b"PONG\r\n")
        elif line.startswith(b"MSG answer "):
            return "error" not in json.loads(lines.read(int(line.split()[-1])))
        elif line.startswith((b"-ERR", b"HMSG")):  # the latter says that nobody serves that subject yet
            return False
    return False
