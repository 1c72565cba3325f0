"""Event types and their Structs, both ways; an unknown type is a value, not a crash.

A type's name carries its version from the second on (`assessment.published.v2`). Fields are added with defaults; any
other change is a new version, and an upcaster takes the old Struct to the new one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from contracts.events.accommodations import AccommodationGranted, AccommodationWithdrawn, SittingDeadlineMoved
from contracts.events.assessments import (
    AssessmentClosed,
    AssessmentCreated,
    AssessmentDeleted,
    AssessmentEdited,
    AssessmentPublished,
    QuestionsReplaced,
)
from contracts.events.candidates import CandidateRegistered, CandidateUpdated
from contracts.events.employers import EmployerCreated, EmployerLimitChanged
from contracts.events.invites import InviteCreated, InviteResent, InviteRevoked, InviteVerified
from contracts.events.keys import KeyCreated, KeyRevoked, KeyRotated
from contracts.events.public_links import PublicLinkChanged, PublicLinkJoined
from contracts.events.results import ResultsListed, ResultsRead
from contracts.events.sittings import AnswerSaved, SittingReviewed, SittingStarted, SittingSubmitted, SittingVoided
from contracts.wire import Message

Fact = (
    EmployerCreated
    | EmployerLimitChanged
    | KeyCreated
    | KeyRotated
    | KeyRevoked
    | AssessmentCreated
    | AssessmentEdited
    | AssessmentDeleted
    | QuestionsReplaced
    | AssessmentPublished
    | AssessmentClosed
    | CandidateRegistered
    | CandidateUpdated
    | InviteCreated
    | InviteRevoked
    | InviteResent
    | InviteVerified
    | PublicLinkChanged
    | PublicLinkJoined
    | SittingStarted
    | AnswerSaved
    | SittingDeadlineMoved
    | SittingSubmitted
    | SittingReviewed
    | SittingVoided
    | AccommodationGranted
    | AccommodationWithdrawn
    | ResultsRead
    | ResultsListed
)

STRUCTS: Final[Mapping[str, type[Fact]]] = {
    "employer.created": EmployerCreated,
    "employer.limit_changed": EmployerLimitChanged,
    "key.created": KeyCreated,
    "key.rotated": KeyRotated,
    "key.revoked": KeyRevoked,
    "assessment.created": AssessmentCreated,
    "assessment.edited": AssessmentEdited,
    "assessment.deleted": AssessmentDeleted,
    "assessment.questions_replaced": QuestionsReplaced,
    "assessment.published": AssessmentPublished,
    "assessment.closed": AssessmentClosed,
    "candidate.registered": CandidateRegistered,
    "candidate.updated": CandidateUpdated,
    "invite.created": InviteCreated,
    "invite.revoked": InviteRevoked,
    "invite.resent": InviteResent,
    "invite.verified": InviteVerified,
    "public_link.changed": PublicLinkChanged,
    "public_link.joined": PublicLinkJoined,
    "sitting.started": SittingStarted,
    "sitting.answer_saved": AnswerSaved,
    "sitting.deadline_moved": SittingDeadlineMoved,
    "sitting.submitted": SittingSubmitted,
    "sitting.reviewed": SittingReviewed,
    "sitting.voided": SittingVoided,
    "accommodation.granted": AccommodationGranted,
    "accommodation.withdrawn": AccommodationWithdrawn,
    "results.read": ResultsRead,
    "results.listed": ResultsListed,
}

UPCASTERS: Final[Mapping[type, Callable[[Any], Fact]]] = {}
"""From the Struct of an old version to that of the next; empty while every type has one version."""

_TYPES: Final[Mapping[type, str]] = {struct: name for name, struct in STRUCTS.items()}


class UnknownEvent(Message, frozen=True):
    """An event of a type that this version does not know; whoever reads it decides what that means."""

    type: str


_DECODERS: Final[Mapping[str, msgspec.json.Decoder[Fact]]] = {
    name: msgspec.json.Decoder(struct) for name, struct in STRUCTS.items()
}


def decode_event(event_type: str, data: bytes | msgspec.Raw) -> Fact | UnknownEvent:
    """The fact that an event's `data` states, in its newest version; msgspec.ValidationError where it does not fit."""
    decoder = _DECODERS.get(event_type)
    if decoder is None:
        return UnknownEvent(type=event_type)
    fact = decoder.decode(data)
    while (upcast := UPCASTERS.get(type(fact))) is not None:
        fact = upcast(fact)
    return fact


def type_of(fact: Fact) -> str:
    """The event type under which a fact is recorded."""
    return _TYPES[type(fact)]


def encode_data(fact: Fact) -> bytes:
    """A fact as an event's `data`, in compact JSON."""
    return msgspec.json.encode(fact)
