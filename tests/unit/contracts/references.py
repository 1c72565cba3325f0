"""Where a document's `$ref`s lead."""

from collections.abc import Iterator
from typing import Any


def references(document: Any) -> Iterator[str]:
    """Every `$ref` of a document, however deep."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(document, list):
        for item in document:
            yield from references(item)


def resolved(document: Any, reference: str) -> Any:
    """What a reference leads to; raises LookupError where that is nothing in the same document."""
    start, *steps = reference.split("/")
    if start != "#":
        raise LookupError(reference)
    found = document
    for step in steps:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def broken(document: Any) -> list[str]:
    """The references that lead nowhere."""
    lost = []
    for reference in references(document):
        try:
            resolved(document, reference)
        except (LookupError, TypeError):
            lost.append(reference)
    return lost
