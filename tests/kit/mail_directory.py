"""The mail that a service writes into a directory in place of sending it, read as its recipients would."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

WAIT_SECONDS = 120.0
CODE = re.compile(r"^(\d{6})\r?$", re.MULTILINE)


async def mailed_code(directory: Path, email: str, count: int = 1) -> str:
    """Wait until so many codes came to an address, and give the last of them."""
    async with asyncio.timeout(WAIT_SECONDS):
        while len(codes := _codes(directory, email)) < count:  # noqa: ASYNC110 - another process writes the mail
            await asyncio.sleep(0.05)
    return codes[-1]


def another(code: str) -> str:
    """A code that it is not."""
    return f"{(int(code) + 1) % 10**6:06}"


def _codes(directory: Path, email: str) -> list[str]:
    """Those to one address, oldest first; what is still being written has no code yet."""
    found = sorted((file.stat().st_mtime_ns, file.name, file.read_bytes()) for file in directory.glob("*.eml"))
    messages = [message_from_bytes(content, policy=default) for _, _, content in found]
    own = [one for one in messages if str(one["To"]).lower() == email.lower()]
    texts = [str(one.get_content()) for one in own]
    return [match[1] for text in texts if (match := CODE.search(text))]
