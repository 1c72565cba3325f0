"""Which of the engine's fault tests this machine can run."""

import shutil
import subprocess


def _can_trace() -> bool:
    """A machine may lack strace, or forbid it."""
    program = shutil.which("strace")
    if program is None:
        return False
    return subprocess.run([program, "-o", "/dev/null", "true"], check=False, capture_output=True).returncode == 0


collect_ignore = [] if _can_trace() else ["test_system_calls.py"]
"""Without strace no system call can be disturbed; `just prove-system-calls` fails then."""


def pytest_report_header() -> str:
    return "strace: works" if not collect_ignore else "strace: missing or forbidden, so test_system_calls.py is not run"
