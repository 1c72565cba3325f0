"""What was measured, as Markdown: medians, and those of each round's ratios, which the machine's moods touch least."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.race.cases import Case

NAMES = {
    "eventrail": "Eventrail",
    "application": "without shortcut",
    "publishing": "by NATS",
    "large": "on the log given",
    "umadb": "UmaDB",
    "postgres": "PostgreSQL",
    "jetstream": "JetStream",
}
PERCENTILES = (0.5, 0.99, 0.999)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one case: `cpu_microseconds` of the server for each, `stolen` from 0 to 1.

    `delays_milliseconds` are those of PERCENTILES, where each request was timed.
    """

    case: str
    by: str
    round: int
    rate: float
    cpu_microseconds: float
    stolen: float
    load: float
    delays_milliseconds: tuple[float, ...] = ()


def percentiles(delays_seconds: Sequence[float]) -> tuple[float, ...]:
    """In milliseconds: the smallest delay that so many of all don't exceed."""
    ordered = sorted(delays_seconds)
    return tuple(ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1e3 for part in PERCENTILES if ordered)


def table(cases: list[Case], measured: list[Measured]) -> Iterator[str]:
    """Rates, with the processor time of each."""
    yield from _heading()
    for case in cases:
        if case.is_delay:
            continue
        ratios = [
            f"{_ratio([(one, one.rate) for one in measured if one.case == case.title], case.by, other):.2f} "
            f"of {NAMES[other]}" + (f" ({goal:g})" if goal else "")
            for other, goal in case.goals.items()
        ]
        yield _row(case, [_rate(_of(measured, case, by)) for by in NAMES], ratios)


def delay_table(cases: list[Case], measured: list[Measured]) -> Iterator[str]:
    """The median, the 99th percentile and that of a thousand, each the median of the runs, in milliseconds."""
    yield from _heading()
    for case in cases:
        timed = [one for one in measured if one.case == case.title and one.delays_milliseconds]
        if timed:
            medians = [(one, one.delays_milliseconds[0]) for one in timed]
            goals = case.goals if case.is_delay else {}
            ratios = [
                f"{_ratio(medians, case.by, other):.2f} of {NAMES[other]}" + (f" (at most {goal:g})" if goal else "")
                for other, goal in goals.items()
            ]
            yield _row(case, [_delays(_of(timed, case, by)) for by in NAMES], ratios)


def _heading() -> Iterator[str]:
    yield "| case | " + " | ".join(NAMES.values()) + " | ratios (goal) |"
    yield "|---" * (len(NAMES) + 2) + "|"


def _row(case: Case, cells: list[str], ratios: list[str]) -> str:
    return f"| {case.title} | " + " | ".join(cells) + f" | {', '.join(ratios)} |"


def _of(measured: list[Measured], case: Case, by: str) -> list[Measured]:
    return [one for one in measured if (one.case, one.by) == (case.title, by)]


def _rate(runs: list[Measured]) -> str:
    if not runs:
        return ""
    rate = statistics.median(one.rate for one in runs)
    cpu = statistics.median(one.cpu_microseconds for one in runs)
    return f"{rate:,.0f}/s, {cpu:.1f} µs"


def _delays(runs: list[Measured]) -> str:
    columns = zip(*[one.delays_milliseconds for one in runs], strict=True)
    return " / ".join(f"{statistics.median(column):.2f}" for column in columns)


def _ratio(figures: list[tuple[Measured, float]], one: str, other: str) -> float:
    """Of one's figure to the other's in the same round."""
    found = {(run.round, run.by): figure for run, figure in figures}
    return statistics.median(
        figure / max(found[number, other], 1e-9) for (number, by), figure in found.items() if by == one
    )
