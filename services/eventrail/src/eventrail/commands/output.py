"""What a command says at its end: a sentence, or with `--json` one object on one line."""

from typing import BinaryIO

import msgspec


def say(out: BinaryIO, result: msgspec.Struct, sentence: str, *, as_json: bool) -> None:
    out.write((msgspec.json.encode(result) if as_json else sentence.encode()) + b"\n")
    out.flush()


def size(count: int) -> str:
    """Bytes for a person: `12 B`, `3.4 MB`."""
    amount, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1_000:
            break
        amount, unit = amount / 1_000, larger
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
