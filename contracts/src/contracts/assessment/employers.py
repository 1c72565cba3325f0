"""Employers, made by an operator."""

from typing import Annotated

from msgspec import Meta

from contracts.assessment.limits import DEFAULT_ACTIVE_LIMIT, MAX_ACTIVE_LIMIT
from contracts.assessment.text import Name
from contracts.wire import Message, Request

ActiveLimit = Annotated[int, Meta(ge=0, le=MAX_ACTIVE_LIMIT)]


class CreateEmployer(Request, frozen=True):
    name: Name
    active_limit: ActiveLimit = DEFAULT_ACTIVE_LIMIT


class ChangeEmployer(Request, frozen=True):
    active_limit: ActiveLimit


class EmployerCreatedAnswer(Message, frozen=True):
    """`api_key` is shown here, to a retry with the same Idempotency-Key, and never again."""

    id: str
    name: str
    active_limit: int
    api_key: str


class EmployerAnswer(Message, frozen=True):
    id: str
    name: str
    active_limit: int
    active_count: int
