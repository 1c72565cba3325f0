"""Codes in the vault: which one counts, how often it was guessed wrong, and when how many were mailed.

Each runs in a transaction that was begun for one employer. What may be done at all is decided by the row itself, in the
statement that changes it, so that no two requests at once are let through where one would have been.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import array, insert

from assessment.read_models.ports import Queries
from assessment.read_models.statements import compiled
from assessment.read_models.vault_tables import address_codes, claims, code_budgets, outgoing_mail
from contracts.assessment.limits import MAX_CODE_GUESSES, MAX_CODES_PER_HOUR

HOUR: Final = timedelta(hours=1)
KEPT: Final = 2 * HOUR
"""What is older is dropped, by the database's own clock, which alone says how old a row is; nothing counts so long."""

ONE_ROW: Final = "INSERT 0 1"

_now = bindparam("now", type_=code_budgets.c.last_at.type)
_mailed = func.unnest(code_budgets.c.mailed_at, type_=code_budgets.c.last_at.type).column_valued("mailed")
_recent = func.array(select(_mailed).where(_mailed > _now - literal(HOUR)).scalar_subquery())
_SPEND: Final = compiled(
    insert(code_budgets)
    .values(
        subject_id=bindparam("subject_id"),
        employer_id=bindparam("employer_id"),
        mailed_at=array([_now]),
        last_at=func.clock_timestamp(),
    )
    .on_conflict_do_update(
        index_elements=[code_budgets.c.subject_id],
        set_={"mailed_at": func.array_append(_recent, _now), "last_at": func.clock_timestamp()},
        where=func.cardinality(_recent) < MAX_CODES_PER_HOUR,
    )
    .returning(code_budgets.c.subject_id)
)
_FIRST: Final = compiled(
    select(select(func.min(_mailed)).where(_mailed > _now - literal(HOUR)).scalar_subquery())
    .select_from(code_budgets)
    .where(code_budgets.c.subject_id == bindparam("subject_id"))
)
_STANDING: Final = compiled(
    select(address_codes.c.code_id, address_codes.c.expires_at, address_codes.c.wrong_guesses).where(
        address_codes.c.holder_id == bindparam("holder_id")
    )
)
_code = insert(address_codes).values(
    holder_id=bindparam("holder_id"),
    employer_id=bindparam("employer_id"),
    code_id=bindparam("code_id"),
    wrong_guesses=0,
    asked_at=func.clock_timestamp(),
    expires_at=bindparam("expires_at"),
)
_KEEP: Final = compiled(
    _code.on_conflict_do_update(
        index_elements=[address_codes.c.holder_id],
        set_={name: _code.excluded[name] for name in ("code_id", "wrong_guesses", "asked_at", "expires_at")},
    )
)
_MAIL: Final = compiled(
    insert(outgoing_mail)
    .values(
        event_id=bindparam("code_id"),
        employer_id=bindparam("employer_id"),
        invite_id=bindparam("holder_id"),
        generation=0,
        kind="code",
        state="pending",
        attempts=0,
        due_at=func.clock_timestamp(),
        asked_at=_now,
    )
    .on_conflict_do_nothing()
)
_GUESS: Final = compiled(
    update(address_codes)
    .where(
        address_codes.c.holder_id == bindparam("holder"),
        address_codes.c.wrong_guesses < MAX_CODE_GUESSES,
        address_codes.c.expires_at > _now,
    )
    .values(wrong_guesses=address_codes.c.wrong_guesses + 1)
    .returning(address_codes.c.code_id, address_codes.c.wrong_guesses)
)
_GIVE_BACK: Final = compiled(
    update(address_codes)
    .where(address_codes.c.holder_id == bindparam("holder"), address_codes.c.code_id == bindparam("code"))
    .values(wrong_guesses=func.greatest(address_codes.c.wrong_guesses - 1, 0))
)
_PRUNE: Final = tuple(
    compiled(delete(column.table).where(column < func.clock_timestamp() - literal(KEPT)))
    for column in (address_codes.c.asked_at, claims.c.claimed_at, code_budgets.c.last_at)
)


@dataclass(frozen=True, slots=True)
class CodeHolder:
    """What a code opens. id: an invite's or a claim's; subject_id: what codes are counted by, the hour through."""

    id: str
    employer_id: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class StandingCode:
    code_id: str
    expires_at: datetime
    wrong_guesses: int


async def standing_code(queries: Queries, holder: CodeHolder) -> StandingCode | None:
    """The code that was asked for last."""
    row = await queries.fetchrow(_STANDING.text, *_STANDING.arguments(holder_id=holder.id))
    return None if row is None else StandingCode(row["code_id"], row["expires_at"], row["wrong_guesses"])


async def spend_code(queries: Queries, holder: CodeHolder, now: datetime) -> datetime | None:
    """Count one more of this hour. None where that was still possible; otherwise when it will be again."""
    values = {"subject_id": holder.subject_id, "now": now}
    spent = await queries.fetchval(_SPEND.text, *_SPEND.arguments(**values, employer_id=holder.employer_id))
    if spent is not None:
        return None
    first: datetime = await queries.fetchval(_FIRST.text, *_FIRST.arguments(**values))
    return first + HOUR


async def keep_code(queries: Queries, holder: CodeHolder, code_id: str, expires_at: datetime) -> None:
    """Let a code count, in place of the one before it."""
    whose = {"holder_id": holder.id, "employer_id": holder.employer_id, "code_id": code_id}
    await queries.execute(_KEEP.text, *_KEEP.arguments(**whose, expires_at=expires_at))


async def ask_for_mail(queries: Queries, holder: CodeHolder, code_id: str, now: datetime) -> bool:
    """Have a code mailed; false where it was asked for already, by an earlier try of the same request."""
    whose = {"holder_id": holder.id, "employer_id": holder.employer_id, "code_id": code_id, "now": now}
    return await queries.execute(_MAIL.text, *_MAIL.arguments(**whose)) == ONE_ROW


async def take_guess(queries: Queries, holder: CodeHolder, now: datetime) -> StandingCode | None:
    """Count a guess as wrong before it is looked at; None where no code counts, or it bears no more of them."""
    row = await queries.fetchrow(_GUESS.text, *_GUESS.arguments(holder=holder.id, now=now))
    return None if row is None else StandingCode(row["code_id"], now, row["wrong_guesses"])


async def give_guess_back(queries: Queries, holder: CodeHolder, code_id: str) -> None:
    """Undo that, for a guess that was right."""
    await queries.execute(_GIVE_BACK.text, *_GIVE_BACK.arguments(holder=holder.id, code=code_id))


async def prune_codes(queries: Queries) -> None:
    """Drop what is over, of all employers: codes, claims, and what was counted."""
    for statement in _PRUNE:
        await queries.execute(statement.text, *statement.arguments())
