"""What can go wrong with a server of ours, as one readable text each."""

from pathlib import Path


class ServerFailed(Exception):  # noqa: N818 - the name says what happened
    """A server did not start, or ended: its name, why, and the end of its log."""

    def __init__(self, name: str, reason: str, log_tail: str = "") -> None:
        self.name = name
        self.reason = reason
        self.log_tail = log_tail
        told = "\n".join(f"    {line}" for line in log_tail.splitlines())
        super().__init__(f"{name}: {reason}" + (f"\n  the end of its log:\n{told}" if told else ""))


class DirectoryInUse(Exception):  # noqa: N818 - the name says what happened
    """Another process holds the directory; `holder` is what it wrote about itself."""

    def __init__(self, directory: Path, holder: str) -> None:
        self.directory = directory
        self.holder = holder
        super().__init__(f"{directory} is in use{f' by {holder}' if holder else ''}")


class PortTaken(Exception):  # noqa: N818 - the name says what happened
    """Somebody listens on a port that was asked for."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} of 127.0.0.1 is taken by another program")
