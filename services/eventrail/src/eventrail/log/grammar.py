"""The grammar of types, tags and ids: of one, and of many at once."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from eventrail.log.limits import TAG_CHARACTERS, TYPE_CHARACTERS

_TYPE: Final = re.compile(r"[a-z0-9_]+(?:\.[a-z0-9_]+)*")
_TAG: Final = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_:-]+")
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAGS: Final = re.compile(rf"{_TAG.pattern}(?:\n{_TAG.pattern})*")
_IDS: Final = re.compile(rf"{_ID.pattern}(?:\n{_ID.pattern})*")


def is_type(text: str) -> bool:
    return len(text) <= TYPE_CHARACTERS and _is_type(text)


def is_tag(text: str) -> bool:
    return len(text) <= TAG_CHARACTERS and _TAG.fullmatch(text) is not None


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def are_tags(texts: Collection[str]) -> bool:
    return not texts or (max(map(len, texts)) <= TAG_CHARACTERS and _are_lines(texts, _TAGS))


def are_ids(texts: Collection[str]) -> bool:
    return not texts or _are_lines(texts, _IDS)


def _are_lines(texts: Collection[str], lines: re.Pattern[str]) -> bool:
    """Whether each text is a line by itself; one with a line feed in it would be two."""
    together = "\n".join(texts)
    return lines.fullmatch(together) is not None and together.count("\n") == len(texts) - 1


# Types are few, so most are known; the length is checked before, so the memory is bounded.
@lru_cache(maxsize=4_096)
def _is_type(text: str) -> bool:
    return _TYPE.fullmatch(text) is not None
