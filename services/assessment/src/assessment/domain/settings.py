"""An assessment's settings as they are recorded: text in one form, numbers in range."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from assessment.domain.decision import Reason, Refused
from assessment.domain.numbers import canonical, counted, is_bounded
from assessment.domain.questions import pool_name
from assessment.domain.text import accepted_line, accepted_text, shown
from contracts.assessment import limits
from contracts.assessment.assessments import ChangeAssessment, CreateAssessment, PoolDraft
from contracts.questions import Pool, Settings

PERCENT_PLACES: Final = 2
MAX_PERCENT_HUNDREDTHS: Final = 100 * 10**PERCENT_PLACES


def settings_of(request: CreateAssessment) -> Settings:
    """Give the settings of a new draft."""
    return _accepted(
        Settings(
            title=request.title,
            instructions=request.instructions,
            time_limit_seconds=request.time_limit_seconds,
            grace_seconds=request.grace_seconds,
            passing_percent=request.passing_percent,
            shuffle=request.shuffle,
            shuffle_options=request.shuffle_options,
            pools=_pools(request.pools),
        )
    )


def changed(settings: Settings, change: ChangeAssessment) -> Settings:
    """Give the settings with what the change names; the rest stays."""
    given = msgspec.structs.asdict(change)
    named = {name: value for name, value in given.items() if value is not msgspec.UNSET}
    if not isinstance(change.pools, msgspec.UnsetType):
        named["pools"] = _pools(change.pools)
    return _accepted(msgspec.structs.replace(settings, **named))


def _accepted(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings,
        title=accepted_line(settings.title, "$.title", max_characters=limits.MAX_TITLE_CHARACTERS),
        instructions=accepted_text(
            settings.instructions, "$.instructions", max_characters=limits.MAX_INSTRUCTIONS_CHARACTERS
        ),
        passing_percent=_percent(settings.passing_percent),
        time_limit_seconds=_time_limit(settings.time_limit_seconds),
        grace_seconds=_in_range(settings.grace_seconds, 0, limits.MAX_GRACE_SECONDS, "$.grace_seconds"),
    )


def _pools(drafts: Sequence[PoolDraft]) -> tuple[Pool, ...]:
    if len(drafts) > limits.MAX_POOLS:
        detail = f"There are {len(drafts)} pools, more than {limits.MAX_POOLS}"
        raise Refused(Reason.MALFORMED, detail, at="$.pools")
    pools = tuple(_pool(draft, f"$.pools[{place}]") for place, draft in enumerate(drafts))
    names = [pool.name for pool in pools]
    repeated = next((place for place, name in enumerate(names) if name in names[:place]), None)
    if repeated is not None:
        detail, at = "Two pools have the same name", f"$.pools[{repeated}].name"
        raise Refused(Reason.MALFORMED, detail, at=at, seen=shown(names[repeated]))
    return pools


def _pool(draft: PoolDraft, at: str) -> Pool:
    return Pool(
        name=pool_name(draft.name, f"{at}.name"),
        draw=_in_range(draft.draw, 1, limits.MAX_QUESTIONS, f"{at}.draw"),
    )


def _percent(percent: Decimal) -> Decimal:
    hundredths = counted(percent, PERCENT_PLACES) if is_bounded(percent) else None
    if hundredths is None or not 0 <= hundredths <= MAX_PERCENT_HUNDREDTHS:
        detail = f"A percentage goes from 0 to 100 with at most {PERCENT_PLACES} decimal places"
        raise Refused(Reason.MALFORMED, detail, at="$.passing_percent", seen=shown(percent))
    return canonical(percent)


def _time_limit(seconds: int | None) -> int | None:
    if seconds is None:
        return None
    least, most = limits.MIN_TIME_LIMIT_SECONDS, limits.MAX_TIME_LIMIT_SECONDS
    return _in_range(seconds, least, most, "$.time_limit_seconds")


def _in_range(number: int, least: int, most: int, at: str) -> int:
    if not least <= number <= most:
        raise Refused(Reason.MALFORMED, f"The number goes from {least} to {most}", at=at, seen=str(number))
    return number
