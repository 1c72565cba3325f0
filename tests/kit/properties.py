"""Settings for property tests: a busy machine is no failure, and the same examples come each time.

HYPOTHESIS_FRESH, set to anything, looks for others.
"""

import os

from hypothesis import HealthCheck, settings

PROPERTY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=not os.environ.get("HYPOTHESIS_FRESH"),
)
