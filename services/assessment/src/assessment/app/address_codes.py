"""One-time codes that prove an address: asked for, and guessed. No code is kept: each is derived from its id."""

import asyncio
import hmac
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from weakref import WeakValueDictionary

from assessment.app.employer_transaction import transaction
from assessment.app.secrets import Secrets
from assessment.read_models.ports import Pool
from assessment.read_models.queries_codes import (
    CodeHolder,
    StandingCode,
    ask_for_mail,
    give_guess_back,
    keep_code,
    spend_code,
    standing_code,
    take_guess,
)
from contracts.assessment.limits import CODE_MINUTES, MAX_CODE_GUESSES

CODE_TIME: Final = timedelta(minutes=CODE_MINUTES)


class TooManyCodes(Exception):  # noqa: N818 (an outcome, named for what it is)
    """As many were mailed in this hour as may be."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too many codes were mailed in this hour")
        self.retry_after_seconds = retry_after_seconds


class CodeWrong(Exception):  # noqa: N818 (an outcome, named for what it is)
    """The guess was wrong, or nothing counts that could be guessed; then `guesses_left` is 0."""

    def __init__(self, guesses_left: int) -> None:
        super().__init__("the code is not the one that was mailed")
        self.guesses_left = guesses_left


class _AskedAlready(Exception):  # noqa: N818 (an outcome, named for what it is)
    """An earlier try of the same request asked for the code."""


class AddressCodes:
    """Any number of processes: what counts is in the vault, and its rows decide.

    Within a process, whoever asks about the same link or address waits in line before a connection is taken, so that
    one of them can neither eat the pool nor keep the others waiting for a row.
    """

    def __init__(self, pool: Pool, secrets: Secrets) -> None:
        self._pool = pool
        self._secrets = secrets
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, holder: CodeHolder, code_id: str, now: datetime) -> StandingCode:
        """Let a new code count and have it mailed, once; a retry is told what counts now. Raises TooManyCodes."""
        expires_at = now + CODE_TIME
        try:
            await self._let_count(holder, code_id, now, expires_at)
        except _AskedAlready:
            async with transaction(self._pool, holder.employer_id) as connection:
                return await standing_code(connection, holder) or StandingCode(code_id, now, 0)
        return StandingCode(code_id, expires_at, 0)

    async def _let_count(self, holder: CodeHolder, code_id: str, now: datetime, expires_at: datetime) -> None:
        """The row that counts the hour is locked first of all, so that many at once wait in one line."""
        async with self._line(holder.subject_id), transaction(self._pool, holder.employer_id) as connection:
            possible_at = await spend_code(connection, holder, now)
            if not await ask_for_mail(connection, holder, code_id, now):
                raise _AskedAlready
            if possible_at is not None:
                raise TooManyCodes(max(1, ceil((possible_at - now).total_seconds())))
            await keep_code(connection, holder, code_id, expires_at)

    async def guess(self, holder: CodeHolder, code: str, now: datetime) -> None:
        """Return where the code is the one that counts; a retry with it is right again. Raises CodeWrong.

        A guess counts as wrong from before it is looked at until it turns out right: so no more than the limit are ever
        looked at, however many come at once.
        """
        async with self._line(holder.id), transaction(self._pool, holder.employer_id) as connection:
            taken = await take_guess(connection, holder, now)
        if taken is None:
            raise CodeWrong(0)
        if not hmac.compare_digest(code.encode(), self._secrets.address_code(taken.code_id).encode()):
            raise CodeWrong(MAX_CODE_GUESSES - taken.wrong_guesses)
        async with self._line(holder.id), transaction(self._pool, holder.employer_id) as connection:
            await give_guess_back(connection, holder, taken.code_id)

    def _line(self, name: str) -> asyncio.Lock:
        return self._lines.setdefault(name, asyncio.Lock())
