"""What a client knows of a resource: If-Match, If-None-Match and the ETag, which is the resource's last position."""

import re
from collections.abc import Mapping
from typing import Final

from assessment.http.problems import malformed, refused
from contracts.problems import ProblemType

MATCHES_NOTHING: Final = -1
"""The expected position of a client whose entity tags are none that this service gives."""

_ENTITY_TAG: Final = re.compile(r'^\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*$')
_OURS: Final = re.compile(r'^\s*"(0|[1-9][0-9]{0,17})"\s*$')


def entity_tag(position: int) -> str:
    return f'"{position}"'


def expected_position(headers: Mapping[str, str], *, needed: bool) -> int | None:
    """Read If-Match: the position it names, or None where any will do.

    A command expects one position, so of several entity tags none is taken to match; a weak one never does.
    """
    header = headers.get("if-match")
    if header is None:
        if needed:
            raise refused(ProblemType.PRECONDITION_REQUIRED, "Send the ETag that you saw.", at="If-Match")
        return None
    if header.strip() == "*":
        return None
    if not all(_ENTITY_TAG.match(tag) for tag in header.split(",")):
        raise malformed("This is no list of entity tags.", at="If-Match", seen=header)
    ours = _OURS.match(header)
    return int(ours[1]) if ours else MATCHES_NOTHING


def is_known(headers: Mapping[str, str], position: int) -> bool:
    """Tell whether If-None-Match names what stands, so that it need not be sent again."""
    header = headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or entity_tag(position) in tags
