"""The status of the running system as one plain text, for a terminal and for a log alike."""

from collections.abc import Iterable
from pathlib import Path

from embedded.stack import Started
from embedded.up_settings import Settings

CLEAR = "\x1b[2J\x1b[H"


def status(settings: Settings, started: Iterable[Started], *, terminal: bool) -> str:
    rows = [
        f"  {one.name:<12} {one.address:<24} {_readiness(one.ready_seconds):<16} process {one.child.pid}"
        for one in started
    ]
    lines = [
        "Eventrail and the assessment service are up.",
        "",
        *rows,
        "",
        f"  credentials  {_near(settings.credentials_file)}",
        f"  data, logs   {_near(settings.directory)}, {_near(settings.logs)}",
        "",
        "Ctrl-C stops everything; the data stays.",
    ]
    return (CLEAR if terminal else "") + "\n".join(lines) + "\n"


def _readiness(seconds: float | None) -> str:
    return "started" if seconds is None else f"ready in {seconds:.1f} s"


def _near(path: Path) -> str:
    """As seen from here, if it is below here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
