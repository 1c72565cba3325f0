"""What the facts up to a position say of a public link, of an employer's owner keys, and of a sitting's time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessment.domain.accommodation_commands import WithdrawAccommodation
from assessment.domain.commands import (
    ChangePublicLink,
    Command,
    JoinPublicLink,
    RevokeKey,
    RotateKey,
    SubmitSitting,
)
from assessment.domain.decision import Reason
from contracts.events import (
    AccommodationGranted,
    AccommodationWithdrawn,
    EmployerCreated,
    Fact,
    KeyCreated,
    KeyRevoked,
    KeyRotated,
    PublicLinkChanged,
    PublicLinkJoined,
    SittingDeadlineMoved,
    SittingStarted,
)
from tests.simulation.assessment.newer_wishes import GRACE_SECONDS, LIMIT_SECONDS

Facts = Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Link:
    enabled: bool = True
    max_joins: int | None = None
    joined: int = 0

    @property
    def is_full(self) -> bool:
        return self.max_joins is not None and self.joined >= self.max_joins


def link(facts: Facts, assessment_id: str) -> Link:
    changes = [one for one in facts if isinstance(one, PublicLinkChanged) and one.assessment_id == assessment_id]
    joined = sum(isinstance(one, PublicLinkJoined) and one.assessment_id == assessment_id for one in facts)
    return Link(changes[-1].enabled, changes[-1].max_joins, joined) if changes else Link(joined=joined)


def owner_keys(facts: Facts, employer_id: str) -> set[str]:
    """Those that are not revoked; the keys of a simulation have no end, and an employer's first has its own id."""
    made = {one.key_id for one in facts if isinstance(one, KeyCreated) and one.role == "owner"}
    mine = {one.key_id for one in facts if isinstance(one, KeyCreated) and one.employer_id == employer_id}
    first = {one.employer_id for one in facts if isinstance(one, EmployerCreated) and one.employer_id == employer_id}
    return ((made & mine) | first) - {one.key_id for one in facts if isinstance(one, KeyRevoked)}


def is_revoked(facts: Facts, key_id: str) -> bool:
    return any(isinstance(one, KeyRevoked) and one.key_id == key_id for one in facts)


def granted(facts: Facts, sitting_id: str) -> AccommodationGranted | None:
    """What is granted and not withdrawn."""
    for one in reversed(facts):
        if isinstance(one, AccommodationGranted | AccommodationWithdrawn) and one.sitting_id == sitting_id:
            return one if isinstance(one, AccommodationGranted) else None
    return None


def deadline(facts: Facts, sitting_id: str) -> datetime | None:
    for one in reversed(facts):
        if isinstance(one, SittingStarted | SittingDeadlineMoved) and one.sitting_id == sitting_id:
            return one.deadline_at
    return None


def grounds(  # noqa: PLR0911 (one case for each refusal)
    command: Command, reason: Reason, facts: Facts
) -> Callable[[int], bool] | None:
    """What makes a refusal right at a position; None for one that nobody expects."""
    match command, reason:
        case ChangePublicLink(assessment_id=id_, max_joins=int(most)), Reason.CONFLICT:
            return lambda position: link(facts[:position], id_).joined > most
        case JoinPublicLink(assessment_id=id_), Reason.LINK_FULL:
            return lambda position: link(facts[:position], id_).is_full
        case JoinPublicLink(assessment_id=id_), Reason.LINK_CLOSED:
            return lambda position: not link(facts[:position], id_).enabled
        case WithdrawAccommodation(sitting_id=id_), Reason.NOT_FOUND:
            return lambda position: granted(facts[:position], id_) is None
        case SubmitSitting(seat=seat, cause="sweeper", now=now), Reason.CONFLICT:
            return lambda position: _is_in_time(facts[:position], seat.sitting_id, now)
        case RevokeKey(employer_id=id_, key_id=key_id), Reason.LAST_OWNER_KEY:
            return lambda position: owner_keys(facts[:position], id_) == {key_id}
        case RotateKey(key_id=key_id), Reason.KEY_ENDED:
            return lambda position: is_revoked(facts[:position], key_id)
        case _:
            return None


def _is_in_time(facts: Facts, sitting_id: str, now: datetime) -> bool:
    ends = deadline(facts, sitting_id)
    return ends is not None and now <= ends + timedelta(seconds=GRACE_SECONDS)


def wrong(facts: Facts) -> list[str]:
    """Where a fact goes against those before it."""
    found: list[str] = []
    generations: set[tuple[str, int]] = set()
    for place, fact in enumerate(facts):
        found += _wrong(fact, facts[:place])
        if isinstance(fact, KeyRotated):
            if (fact.key_id, fact.generation) in generations:
                found.append("a key was rotated to one generation twice")
            generations.add((fact.key_id, fact.generation))
    return found


def _wrong(fact: Fact, before: Facts) -> Iterable[str]:
    match fact:
        case PublicLinkJoined(assessment_id=id_) if link(before, id_).is_full or not link(before, id_).enabled:
            yield "somebody came in by a link that was full or switched off"
        case PublicLinkChanged(assessment_id=id_, max_joins=int(most)) if most < link(before, id_).joined:
            yield "a link has a cap below those who came in"
        case KeyRevoked(key_id=key_id, employer_id=id_) if owner_keys(before, id_) == {key_id}:
            yield "an employer's last owner key was revoked"
        case KeyRotated(key_id=key_id) if is_revoked(before, key_id):
            yield "a key was rotated after it was revoked"
        case SittingStarted(sitting_id=id_, at=at, deadline_at=ends) if ends is not None:
            extra = granted(before, id_)
            seconds = LIMIT_SECONDS + ((extra.extra_seconds or 0) if extra else 0)
            if ends != at + timedelta(seconds=seconds):
                yield "a sitting was started without what was granted"
        case SittingDeadlineMoved(sitting_id=id_, previous_deadline_at=ended) if ended != deadline(before, id_):
            yield "a deadline was moved from where it was not"
        case _:
            pass
