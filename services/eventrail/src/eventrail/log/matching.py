"""Which events a condition or a query means: types and tags as ascending positions, intersected from either end."""

from collections.abc import Sequence
from dataclasses import dataclass

from eventrail.log.index.port import Lookup, Postings


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The union of postings."""

    members: tuple[Postings, ...]

    def floor(self, position: int) -> int:
        return max(member.floor(position) for member in self.members)

    def ceiling(self, position: int) -> int | None:
        return min((found for member in self.members if (found := member.ceiling(position)) is not None), default=None)


@dataclass(frozen=True, slots=True)
class Everything:
    """The postings of no filter: every position."""

    def floor(self, position: int) -> int:
        return position

    def ceiling(self, position: int) -> int | None:
        return position


class Matcher:
    """The events of one of `types` (if any) that carry all `tags` (if any), to be asked for beyond `after` only."""

    def __init__(self, lookup: Lookup, types: Sequence[str], tags: Sequence[str], after: int = 0) -> None:
        groups = [lookup.tagged(tag, after) for tag in tags]
        if types:
            kinds = [lookup.typed(event_type, after) for event_type in types]
            groups.append(AnyOf(tuple(kinds)) if len(kinds) > 1 else kinds[0])
        self._groups = groups or [Everything()]

    def latest(self, after: int, upto: int) -> int:
        """The greatest matching position in (after, upto]; 0 if there is none.

        Each group pulls the candidate down to its own next position; where none does, all agree.
        """
        candidate = upto
        while candidate > after:
            lowest = candidate
            for group in self._groups:
                lowest = group.floor(lowest)
            if lowest == candidate:
                return candidate
            candidate = lowest
        return 0

    def earliest(self, after: int, upto: int) -> int:
        """The least matching position in (after, upto]; 0 if there is none."""
        candidate = after + 1
        while candidate <= upto:
            greatest = candidate
            for group in self._groups:
                found = group.ceiling(greatest)
                if found is None:
                    return 0
                greatest = found
            if greatest == candidate:
                return candidate
            candidate = greatest
        return 0
