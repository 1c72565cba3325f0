"""The bounds of what a client may send; each is also a CHECK in the database where it is a column."""

from typing import Final

MAX_BODY_BYTES: Final = 1024 * 1024
MAX_UPLOAD_BYTES: Final = 5 * 1024 * 1024
MAX_NAME_CHARACTERS: Final = 200
MAX_EMAIL_CHARACTERS: Final = 254
MAX_TITLE_CHARACTERS: Final = 200
MAX_INSTRUCTIONS_CHARACTERS: Final = 10_000
MAX_ACTIVE_LIMIT: Final = 1_000
DEFAULT_ACTIVE_LIMIT: Final = 3
MIN_TIME_LIMIT_SECONDS: Final = 10
MAX_TIME_LIMIT_SECONDS: Final = 7 * 24 * 3600
MAX_GRACE_SECONDS: Final = 3600
MAX_QUESTIONS: Final = 500
MAX_PROMPT_CHARACTERS: Final = 10_000
MIN_OPTIONS: Final = 2
MAX_OPTIONS: Final = 10
MAX_OPTION_CHARACTERS: Final = 2_000
MAX_ACCEPTED_TEXTS: Final = 50
MAX_ACCEPTED_CHARACTERS: Final = 1_000
MAX_EXPLANATION_CHARACTERS: Final = 10_000
MAX_EXTERNAL_ID_CHARACTERS: Final = 200
MAX_POINTS: Final = 1_000
POINT_PLACES: Final = 3
"""Points are given to a thousandth and counted in thousandths."""

MAX_WEIGHT: Final = 1_000
"""Of an option, for or against."""

MAX_POOLS: Final = 20
MAX_POOL_CHARACTERS: Final = 60
MAX_ANSWER_CHARACTERS: Final = 20_000
MAX_MULTIPLIER: Final = 10
MULTIPLIER_PLACES: Final = 2
MAX_EXTRA_MINUTES: Final = 7 * 24 * 60
MAX_SEQUENCE: Final = 2**53 - 1
MAX_SEED: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exactly."""
MAX_INVITES: Final = 100
MAX_FILE_INVITES: Final = 500
"""Of one CSV file: an invite may also register its candidate, and one append holds 1,000 events."""

MAX_INVITES_FILE_BYTES: Final = 1024 * 1024
MAX_PUBLIC_JOINS: Final = 100_000
"""The most that may be let in by a public link with a cap; without one there is no end."""

CODE_DIGITS: Final = 6
CODE_MINUTES: Final = 10
"""For so long a mailed code counts."""

MAX_CODE_GUESSES: Final = 5
"""Wrong ones, after which a code counts no more."""

MAX_CODES_PER_HOUR: Final = 5
"""In any hour: for a link of one's own, or for an address that was typed on one employer's public links."""

CLAIM_MINUTES: Final = 60
"""For so long whoever typed an address on a public link may go on proving it."""

MAX_REASON_CHARACTERS: Final = 1_000
MAX_NOTE_CHARACTERS: Final = 5_000
MAX_PAGE_ITEMS: Final = 100
DEFAULT_PAGE_ITEMS: Final = 50
MAX_OVERLAP_SECONDS: Final = 7 * 24 * 3600
"""How long a rotated key may go on with two secrets."""
DEFAULT_OVERLAP_SECONDS: Final = 24 * 3600
MAX_IDEMPOTENCY_KEY_CHARACTERS: Final = 200
MAX_WAIT_SECONDS: Final = 10
"""How long `?at_least=` waits for the projection."""
