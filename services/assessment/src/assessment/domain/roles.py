"""What each role may do beside another: they are steps of one ladder."""

from typing import Final, get_args

from contracts.assessment.keys import Role

LADDER: Final[tuple[Role, ...]] = get_args(Role)


def includes(role: Role, needed: Role) -> bool:
    """Tell whether a key with `role` may do what needs `needed`."""
    return LADDER.index(role) >= LADDER.index(needed)
