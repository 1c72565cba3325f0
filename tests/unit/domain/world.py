"""A whole assessment service in memory: commands in, decisions out, facts projected and state read from the rows."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from assessment.domain.boundaries import (
    ACCOMMODATION,
    ASSESSMENT,
    CANDIDATE,
    INVITE,
    PUBLIC_LINK,
    QUOTA,
    SITTING,
    VERIFICATION,
    BoundaryRef,
)
from assessment.domain.commands import Command, InviteFromFile, JoinPublicLink, ReviewSubmission, RevokeKey, RotateKey
from assessment.domain.decide import decide
from assessment.domain.decision import Decision, Events, Refusal
from assessment.domain.invites import has_expired
from assessment.domain.reach import reach
from assessment.domain.sealing import opened_answer, opened_details, opened_keys, opened_notes
from assessment.domain.state import (
    AccommodationState,
    AssessmentState,
    CandidateState,
    EmployerState,
    InviteState,
    KeyState,
    PublicLinkState,
    SavedState,
    SittingState,
    State,
    SubmissionState,
    VerificationState,
)
from assessment.domain.tags import touched
from assessment.projections.project import project
from contracts.events import Fact, UnknownEvent, decode_event, encode_data, type_of
from contracts.events.sittings import QuestionScore
from contracts.questions import Pool, Question, Settings
from tests.unit.domain.rows import Row, Rows

NAMESPACE: Final = UUID("6f0d6a34-98a1-4f3c-9a0e-3a53d1a6f3e5")
START: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def an_id(name: str) -> str:
    return str(uuid5(NAMESPACE, name))


def a_digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class FakeSealer:
    """Seals by writing the context beside the plain value: tests can open it, and see what it is bound to."""

    def seal_for_candidate(self, candidate_id: str, context: str, plain: bytes) -> str:
        return _sealed(f"candidate:{candidate_id}", context, plain)

    def seal_keys(self, assessment_id: str, plain: bytes) -> str:
        return _sealed(f"keys:{assessment_id}", "", plain)


def opened(sealed: str, owner: str | None = None) -> bytes:
    raw = sealed.removeprefix("fake1.")
    sealed_for, _, plain = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    assert owner is None or sealed_for == owner, f"sealed for {sealed_for}"
    return bytes(plain, "utf-8")


def _sealed(owner: str, context: str, plain: bytes) -> str:
    raw = json.dumps([owner, context, plain.decode()], ensure_ascii=False).encode()
    return "fake1." + base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class World:
    rows: Rows = field(default_factory=Rows)
    position: int = 0
    log: list[tuple[int, tuple[Fact, ...]]] = field(default_factory=list)
    now: datetime = START

    def later(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def decide(self, command: Command) -> Decision:
        return decide(command, self.state(command), FakeSealer())

    def execute(self, command: Command) -> Decision:
        """Decide a command, and record and project its facts if there are any."""
        decision = self.decide(command)
        if isinstance(decision, Events):
            locked = set(reach(command).locked)
            for fact in decision.facts:
                assert set(touched(fact)) <= locked, f"{type_of(fact)} changes rows that the command did not lock"
            self.record(decision.facts)
        return decision

    def done(self, command: Command) -> tuple[Fact, ...]:
        decision = self.execute(command)
        assert isinstance(decision, Events), decision
        return decision.facts

    def refused(self, command: Command) -> Refusal:
        decision = self.execute(command)
        assert isinstance(decision, Refusal), decision
        return decision

    def record(self, facts: tuple[Fact, ...]) -> None:
        """Apply one append, whole, as it comes back from the log."""
        last = self.position + len(facts)
        decoded = tuple(_from_the_log(fact) for fact in facts)
        for fact in decoded:
            self.rows.apply(project(fact))
        for fact in decoded:
            for ref in touched(fact):
                self.rows.stamp(ref, last)
        self.log.append((last, decoded))
        self.position = last

    def rebuilt(self) -> "World":
        """Project the whole log again, from its first event."""
        world = World()
        for _, facts in self.log:
            world.record(facts)
        return world

    def state(self, command: Command) -> State:
        """Read the rows of the command's reach."""
        reached = reach(command)
        state = State(
            {}, {}, {}, {}, {}, self._reviewed(command), self._invited(command), self._key(command), {}, {}, {}
        )
        for ref in (*reached.locked, *reached.relied):
            self._load(ref, state)
        return state

    def _invited(self, command: Command) -> frozenset[str]:
        """Open invites count here, whatever became of their sittings."""
        if isinstance(command, JoinPublicLink) and command.proved:
            ever = "SELECT candidate_id FROM invites WHERE assessment_id = ? AND candidate_id = ?"
            rows = self.rows.all(ever, command.assessment_id, command.order.candidate_id)
            return frozenset(row["candidate_id"] for row in rows)
        if not isinstance(command, InviteFromFile):
            return frozenset()
        sql = "SELECT candidate_id, expires_at FROM invites WHERE assessment_id = ? AND status = 'open'"
        return frozenset(
            row["candidate_id"]
            for row in self.rows.all(sql, command.assessment_id)
            if not has_expired(_moment(row["expires_at"]), command.now)
        )

    def _reviewed(self, command: Command) -> dict[str, SubmissionState]:
        row = self.rows.one("submissions", command.submission_id) if isinstance(command, ReviewSubmission) else None
        if row is None:
            return {}
        (version,) = self.rows.all(
            "SELECT settings FROM versions WHERE assessment_id = ? AND version = ?",
            row["assessment_id"],
            row["version"],
        )
        sealed = row["sealed_notes"]
        notes = opened_notes(opened(sealed, f"candidate:{row['candidate_id']}")) if sealed else ()
        return {
            row["id"]: SubmissionState(
                row["id"],
                msgspec.json.decode(row["scores"], type=tuple[QuestionScore, ...]),
                msgspec.json.decode(version["settings"], type=Settings).passing_percent,
                {one.question_id: one.note for one in notes},
            )
        }

    def _key(self, command: Command) -> dict[str, KeyState]:
        if not isinstance(command, RotateKey | RevokeKey):
            return {}
        row = self.rows.one("api_keys", command.key_id)
        return {row["id"]: KeyState(**_picked(row, KeyState))} if row is not None else {}

    def _load(self, ref: BoundaryRef, state: State) -> None:
        row = self.rows.one(ref.boundary.table, ref.id)
        if row is None:
            return
        into: dict[str, Any] = getattr(state, ref.boundary.table)
        readers = {
            QUOTA: _employer,
            ASSESSMENT: _assessment,
            SITTING: self._sitting,
            CANDIDATE: _candidate,
            INVITE: _invite,
            PUBLIC_LINK: _public_link,
            ACCOMMODATION: _accommodation,
            VERIFICATION: _verification,
        }
        into[ref.id] = readers[ref.boundary](row)

    def _sitting(self, row: Row) -> SittingState:
        saved = self.rows.all(
            "SELECT * FROM saved_answers WHERE sitting_id = ? AND attempt = ?", row["id"], row["attempt"]
        )
        return SittingState(
            **_picked(row, SittingState, "saved", "question_ids"),
            question_ids=msgspec.json.decode(row["question_ids"], type=tuple[str, ...]),
            saved={
                one["question_id"]: SavedState(
                    one["sequence"],
                    opened_answer(opened(one["sealed_answer"], f"candidate:{row['candidate_id']}")),
                    _moment(one["saved_at"]),
                )
                for one in saved
            },
        )


def _from_the_log(fact: Fact) -> Fact:
    decoded = decode_event(type_of(fact), encode_data(fact))
    assert not isinstance(decoded, UnknownEvent)
    assert decoded == fact
    return decoded


def _employer(row: Row) -> EmployerState:
    return EmployerState(**_picked(row, EmployerState))


def _candidate(row: Row) -> CandidateState:
    details = opened_details(opened(row["sealed_details"], f"candidate:{row['id']}"))
    return CandidateState(row["id"], row["employer_id"], details.name, details.email, row["position"])


def _invite(row: Row) -> InviteState:
    return InviteState(**_picked(row, InviteState))


def _accommodation(row: Row) -> AccommodationState:
    return AccommodationState(**_picked(row, AccommodationState))


def _verification(row: Row) -> VerificationState:
    return VerificationState(**_picked(row, VerificationState))


def _public_link(row: Row) -> PublicLinkState:
    return PublicLinkState(**_picked(row, PublicLinkState))


def _assessment(row: Row) -> AssessmentState:
    settings = Settings(
        title=row["title"],
        instructions=row["instructions"],
        time_limit_seconds=row["time_limit_seconds"],
        grace_seconds=row["grace_seconds"],
        passing_percent=Decimal(str(row["passing_percent"])),
        shuffle=bool(row["shuffle"]),
        shuffle_options=None if row["shuffle_options"] is None else bool(row["shuffle_options"]),
        pools=msgspec.json.decode(row["pools"], type=tuple[Pool, ...]),
    )
    sealed = row["sealed_keys"]
    return AssessmentState(
        **_picked(row, AssessmentState, "settings", "questions", "keys"),
        settings=settings,
        questions=msgspec.json.decode(row["questions"], type=tuple[Question, ...]),
        keys=opened_keys(opened(sealed, f"keys:{row['id']}")) if sealed else (),
    )


def _picked(row: Row, kind: Any, *but: str) -> dict[str, Any]:
    names = [name for name in kind.__slots__ if name not in but]
    return {name: _moment(row[name]) if name.endswith("_at") else row[name] for name in names}


def _moment(text: str | None) -> Any:
    return None if text is None else datetime.fromisoformat(text)
