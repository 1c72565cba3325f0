"""Seeds of suites that play at random: always the same in a day's run, fresh where a proof is asked for."""

import os
import secrets

EVERY_DAY = 20261122
SEED_BITS = 30


def seed_of(variable: str, *counts: str) -> int:
    """What the variable says; else a fresh one where a count of that suite is set; else the one of every day.

    So that a run which everybody waits for tells of the change that it is about, and chance tells of new seeds.
    """
    if told := os.environ.get(variable, ""):
        return int(told)
    return secrets.randbits(SEED_BITS) if any(count in os.environ for count in counts) else EVERY_DAY
