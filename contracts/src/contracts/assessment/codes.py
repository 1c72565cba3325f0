"""One-time codes: mailed to a candidate's address, and entered where the link was opened."""

from typing import Annotated

from msgspec import Meta

from contracts.assessment.limits import CODE_DIGITS
from contracts.problems import Problem
from contracts.wire import Instant, Message, Request


class MailedCode(Message, frozen=True):
    """A code is on its way; the one before it counts no longer. guesses: how many wrong ones it bears."""

    expires_at: Instant
    guesses: int


class EnterCode(Request, frozen=True):
    code: Annotated[str, Meta(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$")]


class CodeEntered(Message, frozen=True):
    """The token to go on with: that of the link, or the one that a public link leads to."""

    token: str
    url: str


class CodeRefusal(Problem, frozen=True, omit_defaults=True, kw_only=True):
    """guesses_left: of the code that counts now; 0 where another one has to be asked for."""

    guesses_left: int | None = None
