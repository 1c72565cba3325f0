"""Invitations from a CSV file, with what became of each row."""

from typing import Literal

from contracts.assessment.imports import ImportProblem
from contracts.assessment.invites import IssuedInvite
from contracts.problems import Problem
from contracts.wire import Message

RowsMode = Literal["all", "valid_rows"]
RowOutcome = Literal["created", "already_invited", "invalid"]


class InviteRow(Message, frozen=True):
    """A row as the spreadsheet shows it, from 1. invite: of a row that was `created`; problems: of any other."""

    row: int
    outcome: RowOutcome
    invite: IssuedInvite | None = None
    problems: tuple[ImportProblem, ...] = ()


class InvitedFromFile(Message, frozen=True):
    """Every row below the header, in the file's order; a row without a value is none."""

    created: int
    already_invited: int
    invalid: int
    rows: tuple[InviteRow, ...]


class InvitesRefusal(Problem, frozen=True, omit_defaults=True, kw_only=True):
    """Nobody was invited; `code` names the first reason, `rows` those that stand in the way, if it is about rows."""

    code: str = ""
    rows: tuple[InviteRow, ...] = ()
