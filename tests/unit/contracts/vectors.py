"""The vectors of every version of every event: data as it was once recorded, and what it means today."""

from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parents[3] / "contracts" / "vectors"


class Decoded(msgspec.Struct, frozen=True):
    struct: str
    fields: dict[str, Any]


class Vector(msgspec.Struct, frozen=True):
    name: str
    data: msgspec.Raw
    decoded: Decoded


class VectorFile(msgspec.Struct, frozen=True):
    type: str
    version: int
    vectors: tuple[Vector, ...]


class Lines(msgspec.Struct, frozen=True):
    log_id: str
    first_hash: str
    lines: tuple[str, ...]


def vector_files() -> dict[str, VectorFile]:
    """File name without its end, to content."""
    files = [file for file in sorted(FOLDER.glob("*.json")) if file.name != "lines.v1.json"]
    return {file.stem: msgspec.json.decode(file.read_bytes(), type=VectorFile) for file in files}


def lines() -> Lines:
    return msgspec.json.decode((FOLDER / "lines.v1.json").read_bytes(), type=Lines)


VECTORS = [(file, vector) for file in vector_files().values() for vector in file.vectors]
NAMES = [f"{file.type} v{file.version}: {vector.name}" for file, vector in VECTORS]
