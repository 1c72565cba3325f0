"""The consistency boundaries: which events belong to each, and in which order their rows are locked.

A decision about a boundary stands only if no event of its tag and types came after the position that its row was
stamped with. That is sound because every such event is appended by a command that locks and stamps the row. Commands,
the projector and the tests all read this one table.

Structs, since a command orders and hashes some dozens of them: a dataclass does that in Python.
"""

from dataclasses import dataclass
from typing import Final

import msgspec


class Boundary(msgspec.Struct, frozen=True, order=True, gc=False):
    """rank: place in the locking order; table: holds the row; tag_name: the tag is `<tag_name>:<id>`."""

    rank: int
    name: str
    table: str
    tag_name: str
    types: tuple[str, ...]


QUOTA: Final = Boundary(  # the employer's row: how many assessments are active, and how many owner keys there are
    1,
    "quota",
    "employers",
    "employer",
    (
        "employer.created",
        "employer.limit_changed",
        "key.created",
        "key.rotated",
        "key.revoked",
        "assessment.published",
        "assessment.closed",
    ),
)
ASSESSMENT: Final = Boundary(
    2,
    "assessment",
    "assessments",
    "assessment",
    (
        "assessment.created",
        "assessment.edited",
        "assessment.deleted",
        "assessment.questions_replaced",
        "assessment.published",
        "assessment.closed",
    ),
)
SITTING: Final = Boundary(
    3,
    "sitting",
    "sittings",
    "sitting",
    (
        "sitting.started",
        "sitting.answer_saved",
        "sitting.deadline_moved",
        "sitting.submitted",
        "sitting.reviewed",
        "sitting.voided",
    ),
)
CANDIDATE: Final = Boundary(4, "candidate", "candidates", "candidate", ("candidate.registered", "candidate.updated"))
INVITE: Final = Boundary(5, "invite", "invites", "invite", ("invite.created", "invite.revoked", "invite.resent"))
PUBLIC_LINK: Final = Boundary(
    6, "public_link", "public_links", "assessment", ("public_link.changed", "public_link.joined")
)
"""Its row has the assessment's id, and a lock of its own: who joins does not hold up who edits or starts."""

ACCOMMODATION: Final = Boundary(
    7, "accommodation", "accommodations", "sitting", ("accommodation.granted", "accommodation.withdrawn")
)
"""Its row has the sitting's id, and exists before the sitting does; it leaves a submission's position alone."""

VERIFICATION: Final = Boundary(8, "verification", "verifications", "invite", ("invite.verified",))
"""Its row has the invite's id; it leaves the invite's position alone, which tells what came after a void."""

BOUNDARIES: Final = (QUOTA, ASSESSMENT, SITTING, CANDIDATE, INVITE, PUBLIC_LINK, ACCOMMODATION, VERIFICATION)

OUTSIDE: Final = ("results.read", "results.listed")
"""Facts of no boundary: nothing is decided on them and no row changes, so nothing is locked or stamped for them."""


class BoundaryRef(msgspec.Struct, frozen=True, order=True, gc=False):
    """One boundary's instance; their order is the order in which rows are locked."""

    boundary: Boundary
    id: str

    @property
    def tag(self) -> str:
        return f"{self.boundary.tag_name}:{self.id}"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a command decides on.

    employer_id: the tenant; every event carries its tag, so that where the boundaries are more than an append condition
    has items, one item with this tag and a boundary's types stands for all of that boundary
    locked: rows that are locked and may change, in locking order; those that the facts touch are stamped
    relied: rows that are only read; they get their item in the append condition, no lock and no stamp
    """

    employer_id: str
    locked: tuple[BoundaryRef, ...]
    relied: tuple[BoundaryRef, ...] = ()
