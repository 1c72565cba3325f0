"""What each store does for its bytes, and how an operator finds out: shown by commands, as far as they can show it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from embedded.failures import ServerFailed
from embedded.programs import nats_program
from tests.comparison.cases import Contestant, Wanted

FLIPPED_EVENTS = 50
FLIPPED = 25
FIRST_BODY = 7_000_000_000_000


def version(path: str) -> str:
    return ran([path, "--version"]).split()[-1].lstrip("v")


def ran(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return (done.stdout + done.stderr).strip()


def program(name: str) -> str:
    return str(nats_program()) if name == "nats-server" else str(Path(sys.executable).with_name(name))


def offers(help_text: str, *words: str) -> bool:
    """Whether a help text has one of the words, certificates apart."""
    lines = [line for line in help_text.lower().splitlines() if "tls" not in line]
    return any(word in line for word in words for line in lines)


async def after_a_flipped_bit(store: Contestant, files: Path) -> str:
    """One bit of one stored body changed while the server is down: what it serves then."""
    wanted = [Wanted(f"e{number}", FIRST_BODY + number) for number in range(FLIPPED_EVENTS)]
    for event in wanted:
        await store.append("flipped", [event], unless_there=False)
    await store.kill()
    flip(files, str(FIRST_BODY + FLIPPED).encode())
    try:
        await store.start()
        found = await store.stored("flipped")
    except ServerFailed as failure:
        return f"does not start: {said(failure)}"
    except Exception as error:  # noqa: BLE001 - whatever its client raises is its answer
        return f"starts; reading raises {type(error).__name__}"
    if found == wanted:
        return "serves what was written"
    if len(found) < len(wanted):
        return f"**starts, serves {len(found)} of {len(wanted)} events and no error**"
    return "**starts, and serves the changed body**"


def flip(files: Path, needle: bytes) -> None:
    """The lowest bit of the last digit, wherever the body stands."""
    found = 0
    for file in (path for path in files.rglob("*") if path.is_file()):
        content = bytearray(file.read_bytes())
        at = content.find(needle)
        while at >= 0:
            content[at + len(needle) - 1] ^= 1
            found += 1
            at = content.find(needle, at + 1)
        file.write_bytes(content) if found else None
    assert found, "the body stands in the files as it was sent"


def said(failure: ServerFailed) -> str:
    """Its last line, without the paths of the machine that it ran on."""
    last = str(failure).strip().splitlines()[-1].strip()
    return " ".join(word.rpartition("/")[2] if "/" in word else word for word in last.split())
