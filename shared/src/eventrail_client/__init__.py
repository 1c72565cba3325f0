"""The client of the event store: append, read, subscribe, follow; over HTTP, or in memory for tests."""

from contracts.append import AppendRequest, AppendResult, Condition, ConditionItem, NewEvent
from contracts.envelope import Event
from eventrail_client.client import EventrailClient
from eventrail_client.drafts import new_event, new_id, no_event_since
from eventrail_client.errors import (
    ChainBroken,
    ConditionFailed,
    DiskFull,
    Forbidden,
    ForeignLog,
    IdReused,
    LogBehind,
    Rejected,
    ServerFault,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from eventrail_client.memory import MemoryEventStore
from eventrail_client.options import Options
from eventrail_client.port import EventStore, Head, Page

__all__ = [
    "AppendRequest",
    "AppendResult",
    "ChainBroken",
    "Condition",
    "ConditionFailed",
    "ConditionItem",
    "DiskFull",
    "Event",
    "EventStore",
    "EventrailClient",
    "Forbidden",
    "ForeignLog",
    "Head",
    "IdReused",
    "LogBehind",
    "MemoryEventStore",
    "NewEvent",
    "Options",
    "Page",
    "Rejected",
    "ServerFault",
    "StoreError",
    "Unauthorized",
    "Unavailable",
    "UnexpectedAnswer",
    "new_event",
    "new_id",
    "no_event_since",
]
