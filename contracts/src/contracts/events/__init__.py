"""The facts of the assessment service: a Struct for each event type, and the registry that decodes them."""

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
from contracts.events.meta import CommandMeta
from contracts.events.public_links import PublicLinkChanged, PublicLinkJoined
from contracts.events.registry import Fact, UnknownEvent, decode_event, encode_data, type_of
from contracts.events.results import ResultsListed, ResultsRead
from contracts.events.sittings import AnswerSaved, SittingReviewed, SittingStarted, SittingSubmitted, SittingVoided

__all__ = [
    "AccommodationGranted",
    "AccommodationWithdrawn",
    "AnswerSaved",
    "AssessmentClosed",
    "AssessmentCreated",
    "AssessmentDeleted",
    "AssessmentEdited",
    "AssessmentPublished",
    "CandidateRegistered",
    "CandidateUpdated",
    "CommandMeta",
    "EmployerCreated",
    "EmployerLimitChanged",
    "Fact",
    "InviteCreated",
    "InviteResent",
    "InviteRevoked",
    "InviteVerified",
    "KeyCreated",
    "KeyRevoked",
    "KeyRotated",
    "PublicLinkChanged",
    "PublicLinkJoined",
    "QuestionsReplaced",
    "ResultsListed",
    "ResultsRead",
    "SittingDeadlineMoved",
    "SittingReviewed",
    "SittingStarted",
    "SittingSubmitted",
    "SittingVoided",
    "UnknownEvent",
    "decode_event",
    "encode_data",
    "type_of",
]
