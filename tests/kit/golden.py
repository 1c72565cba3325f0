"""The generated documents that are kept in the repository: `python -m tests.kit.golden` writes them again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from assessment.http.routes import described
from contracts import asyncapi, documents
from eventrail.http import openapi as eventrail_openapi

CONTRACTS = Path(__file__).parents[2] / "contracts"
KEPT_IN = ("asyncapi", "openapi", "schemas")


def golden() -> Mapping[str, bytes]:
    """Every file's path below contracts/, and its bytes."""
    found: dict[str, Any] = {f"schemas/{name}": schema for name, schema in documents.schemas().items()}
    found["asyncapi/eventrail.json"] = asyncapi.document()
    found["openapi/eventrail.json"] = eventrail_openapi.document()
    found["openapi/assessment.json"] = described()
    return {path: _formatted(document) for path, document in sorted(found.items())}


def differences(contracts: Path = CONTRACTS) -> list[str]:
    """What stands in the folders otherwise than it would be written now, a line each; empty where nothing does."""
    expected = golden()
    standing = {
        file.relative_to(contracts).as_posix(): file.read_bytes()
        for folder in KEPT_IN
        for file in sorted((contracts / folder).rglob("*"))
        if file.is_file()
    }
    return [
        f"{path}: {'missing' if path not in standing else 'unknown' if path not in expected else 'differs'}"
        for path in sorted(expected.keys() | standing.keys())
        if expected.get(path) != standing.get(path)
    ]


def write(contracts: Path = CONTRACTS) -> list[str]:
    """Make the folders what they should be; the lines say what was changed."""
    changes = differences(contracts)
    expected = golden()
    for change in changes:
        file = contracts / change.partition(":")[0]
        content = expected.get(file.relative_to(contracts).as_posix())
        if content is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return changes


def _formatted(document: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


if __name__ == "__main__":
    print("\n".join(write()) or "nothing changed")
