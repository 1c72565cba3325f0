"""What the log says, fact by fact, and whether the answers that clients got go together with it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from assessment.app.commands import Executed
from assessment.domain.commands import Close, JoinPublicLink, Publish, SaveGivenAnswer, SubmitSitting
from assessment.domain.decision import Reason, Refusal
from contracts.events import (
    AssessmentClosed,
    AssessmentPublished,
    CandidateRegistered,
    EmployerCreated,
    Fact,
    SittingSubmitted,
    UnknownEvent,
    decode_event,
)
from eventrail_client.memory import MemoryEventStore
from tests.simulation.assessment.clients import Told
from tests.simulation.assessment.standing import grounds, wrong


@dataclass(frozen=True, slots=True)
class History:
    """facts[n - 1] stands at position n; keys: of each append, in order."""

    facts: tuple[Fact, ...]
    keys: tuple[str, ...]

    @classmethod
    async def of(cls, log: MemoryEventStore) -> Self:
        facts, keys = [], []
        async for event in log.read_all():
            fact = decode_event(event.type, event.data)
            assert not isinstance(fact, UnknownEvent)
            facts.append(fact)
            if event.position == event.commit:
                keys.append(bytes(event.meta).decode().partition('"key":"')[2][:36])
        return cls(tuple(facts), tuple(keys))

    def violations(self, answers: Iterable[Told]) -> list[str]:
        found = [f"a key took effect {count} times" for count in Counter(self.keys).values() if count > 1]
        found += self._over_quota() + wrong(self.facts)
        sittings = Counter(fact.sitting_id for fact in self.facts if isinstance(fact, SittingSubmitted))
        found += ["a sitting was submitted twice" for count in sittings.values() if count > 1]
        for told in answers:
            found += self._success(told) if isinstance(told.answer, Executed) else self._refusal(told, told.answer)
        return found

    def active(self, employer_id: str, position: int) -> int:
        mine = [fact for fact in self.facts[:position] if getattr(fact, "employer_id", "") == employer_id]
        published = sum(isinstance(fact, AssessmentPublished) for fact in mine)
        return published - sum(isinstance(fact, AssessmentClosed) for fact in mine)

    def limit(self, employer_id: str) -> int:
        return next(
            fact.active_limit
            for fact in self.facts
            if isinstance(fact, EmployerCreated) and fact.employer_id == employer_id
        )

    def _over_quota(self) -> list[str]:
        employers = {fact.employer_id for fact in self.facts if isinstance(fact, EmployerCreated)}
        positions = [n for n, fact in enumerate(self.facts, 1) if isinstance(fact, AssessmentPublished)]
        return [
            f"the log breaks the quota at {n}"
            for n in positions
            for one in employers & {self.facts[n - 1].employer_id}
            if self.active(one, n) > self.limit(one)
        ]

    def _success(self, told: Told) -> list[str]:
        assert isinstance(told.answer, Executed)
        if not told.answer.recorded:
            return []
        stands = self.facts[told.answer.first - 1 : told.answer.last]
        return [] if stands == told.answer.facts else ["answered as a success, and not in the log"]

    def _refusal(self, told: Told, refusal: Refusal) -> list[str]:
        """A refusal must have been right at some moment of the attempt that it answered."""
        is_right = self._grounds(told, refusal)
        if is_right is None:
            return [f"an unexpected refusal of {type(told.wish.command).__name__}: {refusal}"]
        moments = range(told.began, told.ended + 1)
        if any(is_right(position) for position in moments):
            return []
        return [f"the log contradicts a refusal: {refusal.reason.value} of {type(told.wish.command).__name__}"]

    def _grounds(self, told: Told, refusal: Refusal) -> Callable[[int], bool] | None:
        match told.wish.command, refusal.reason:
            case Publish(employer_id=employer_id), Reason.ACTIVE_LIMIT_REACHED:
                return lambda position: self.active(employer_id, position) >= self.limit(employer_id)
            case Publish(assessment_id=assessment_id), Reason.NOT_A_DRAFT:
                return lambda position: self._is_published(assessment_id, position)
            case Close(assessment_id=assessment_id), Reason.NOT_PUBLISHED:
                return lambda position: (
                    not self._is_published(assessment_id, position) or self._is_closed(assessment_id, position)
                )
            case SubmitSitting(seat=seat) | SaveGivenAnswer(seat=seat), Reason.ALREADY_SUBMITTED:
                return lambda position: any(
                    isinstance(fact, SittingSubmitted) and fact.sitting_id == seat.sitting_id
                    for fact in self.facts[:position]
                )
            case JoinPublicLink(order=order), Reason.ADDRESS_KNOWN:
                return lambda position: any(
                    isinstance(fact, CandidateRegistered) and fact.candidate_id == order.candidate_id
                    for fact in self.facts[:position]
                )
            case command, reason:
                return grounds(command, reason, self.facts)

    def _is_published(self, assessment_id: str, position: int) -> bool:
        return any(
            isinstance(fact, AssessmentPublished) and fact.assessment_id == assessment_id
            for fact in self.facts[:position]
        )

    def _is_closed(self, assessment_id: str, position: int) -> bool:
        return any(
            isinstance(fact, AssessmentClosed) and fact.assessment_id == assessment_id for fact in self.facts[:position]
        )
