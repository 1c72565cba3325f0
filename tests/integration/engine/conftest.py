"""Which of the engine's fault tests this machine can run."""

import shutil

collect_ignore = [] if shutil.which("strace") else ["test_system_calls.py"]
"""Without strace no system call can be disturbed; `just prove-system-calls` fails then."""


def pytest_report_header() -> str:
    return "strace: here" if not collect_ignore else "strace: missing, so test_system_calls.py is not run"
