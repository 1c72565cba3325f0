"""The state that a command decides on: its locked rows as values, with what hangs on them read after the lock."""

import dataclasses
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from assessment.app.invited_candidates import read_invited
from assessment.app.reviewed_submissions import read_reviewed
from assessment.app.saved_answers import read_saved
from assessment.app.sealing import unseal
from assessment.app.secrets import Secrets
from assessment.app.stored_keys import read_key
from assessment.app.version_contents import Content, Pin, VersionContents, opened_content
from assessment.domain.commands import Command
from assessment.domain.sealing import details_context, opened_details
from assessment.domain.state import (
    AccommodationState,
    AssessmentState,
    CandidateState,
    EmployerState,
    InviteState,
    PublicLinkState,
    SavedState,
    SittingState,
    State,
    VerificationState,
)
from assessment.read_models.boundary_rows import Begun
from assessment.read_models.connections import Connection
from contracts.questions import Settings
from contracts.wire import Instant, Message


class AssessmentRow(Message, frozen=True):
    """questions and sealed_keys: a draft's; a published version has its own row, which never changes."""

    id: str
    employer_id: str
    status: Literal["draft", "published", "closed"]
    settings: Settings
    questions: msgspec.Raw
    sealed_keys: str | None
    key_version: int
    version: int | None
    slug: str | None
    content_hash: str | None
    created_at: Instant
    published_at: Instant | None
    position: int


class CandidateRow(Message, frozen=True):
    id: str
    employer_id: str
    sealed_details: str
    position: int


_EMPLOYER: Final = msgspec.json.Decoder(EmployerState)
_INVITE: Final = msgspec.json.Decoder(InviteState)
_ACCOMMODATION: Final = msgspec.json.Decoder(AccommodationState)
_PUBLIC_LINK: Final = msgspec.json.Decoder(PublicLinkState)
_VERIFICATION: Final = msgspec.json.Decoder(VerificationState)
_SITTING: Final = msgspec.json.Decoder(SittingState)
_ASSESSMENT: Final = msgspec.json.Decoder(AssessmentRow)
_CANDIDATE: Final = msgspec.json.Decoder(CandidateRow)


class StateLoader:
    """Makes a command's state; opens answer keys once for each version, and answers with the given candidate keys."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._contents = VersionContents(secrets)

    async def load(
        self, connection: Connection, command: Command, begun: Begun, candidate_keys: Mapping[str, bytes]
    ) -> State:
        """Reads only what no other transaction can change: the rows that hold it are locked."""
        documents: dict[str, list[str]] = {}
        for ref, row in begun.rows.items():
            documents.setdefault(ref.boundary.name, []).append(row.document)
        employers = [_EMPLOYER.decode(one) for one in documents.get("quota", ())]
        invites = [_INVITE.decode(one) for one in documents.get("invite", ())]
        candidates = [_candidate(_CANDIDATE.decode(one), candidate_keys) for one in documents.get("candidate", ())]
        sittings = [_SITTING.decode(one) for one in documents.get("sitting", ())]
        saved = await read_saved(connection, begun, sittings, candidate_keys)
        return State(
            employers={one.id: one for one in employers},
            assessments=await self._assessments(connection, documents.get("assessment", [])),
            sittings={one.id: _with_saved(one, saved.get(one.id, {})) for one in sittings},
            candidates={one.id: one for one in candidates},
            invites={one.id: one for one in invites},
            submissions=await read_reviewed(connection, command, candidate_keys),
            invited=await read_invited(connection, command),
            keys=await read_key(connection, command),
            accommodations={one.id: one for one in map(_ACCOMMODATION.decode, documents.get("accommodation", ()))},
            public_links={one.id: one for one in map(_PUBLIC_LINK.decode, documents.get("public_link", ()))},
            verifications={one.id: one for one in map(_VERIFICATION.decode, documents.get("verification", ()))},
        )

    async def _assessments(self, connection: Connection, documents: list[str]) -> dict[str, AssessmentState]:
        rows = [_ASSESSMENT.decode(one) for one in documents]
        pins: set[Pin] = {(row.id, row.version) for row in rows if row.version is not None}
        contents = await self._contents.of(connection, pins)
        return {row.id: _assessment(row, self._content(row, contents)) for row in rows}

    def _content(self, row: AssessmentRow, contents: Mapping[Pin, Content]) -> Content:
        if row.version is not None:
            return contents[row.id, row.version]
        return opened_content(self._secrets, row.id, bytes(row.questions), row.sealed_keys or "")


def _assessment(row: AssessmentRow, content: Content) -> AssessmentState:
    return AssessmentState(
        id=row.id,
        employer_id=row.employer_id,
        status=row.status,
        settings=row.settings,
        questions=content.questions,
        keys=content.keys,
        sealed_keys=content.sealed_keys,
        key_version=row.key_version,
        version=row.version,
        slug=row.slug,
        content_hash=row.content_hash,
        created_at=row.created_at,
        published_at=row.published_at,
        position=row.position,
    )


def _candidate(row: CandidateRow, keys: Mapping[str, bytes]) -> CandidateState:
    key = keys.get(row.id)
    if key is None:
        return CandidateState(row.id, row.employer_id, None, None, row.position)
    details = opened_details(unseal(key, details_context(row.id), row.sealed_details))
    return CandidateState(row.id, row.employer_id, details.name, details.email, row.position)


def _with_saved(sitting: SittingState, saved: Mapping[str, SavedState]) -> SittingState:
    return dataclasses.replace(sitting, saved=saved) if saved else sitting
