"""Mutates modules of the engine and counts the mutants that its unit tests let live.

python -m tests.kit.mutation [MODULE…] [--own] [--jobs N] [--least PERCENT]

The tree is copied, so that nothing here is ever changed. Each mutant is one function with one change; it runs only
against the tests that reach the function, in a process that was forked with everything loaded. Tests that try
thousands of damages are left out: they would kill more, but take hours. What lives is tried against every test that
reaches it, which takes most of the time; with `--own` it is tried against the tests about these modules only. What
those kill, all of them kill.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
OWN_TESTS: Final = {
    "line": ("line", "scanning", "open_segment_flaws", "log_format_document"),
    "examination": (
        *("examination", "segment_ends", "open_segment_flaws", "foreign_segments"),
        *("recovery", "recovery_failures"),
    ),
    "scanning": ("scanning", "recovery_failures", "open_segment_flaws", "foreign_segments"),
    "recovery": ("recovery_failures", "recovery", "interrupted_recovery", "reserve", "disk_faults"),
    "answers": ("answers", "index_against_scan", "scrub"),
    "matching": ("matching", "answers", "index_against_scan"),
    "batch": ("answers", "writing", "disk_faults"),
    "segments": (
        *("writing_failures", "writing", "disk_faults", "descriptors", "pages", "scrub", "reserve"),
        *("sound_blocks", "statistics"),
    ),
    "log": (
        *("writing_failures", "writing", "disk_faults", "opening", "observing", "alarms", "clock_jumps", "reserve"),
        "statistics",
    ),
    "commit_queue": ("commit_queue", "commit_queue_counts", "commit_queue_idleness"),
    "waiting_room": ("waiting_room", "commit_queue", "commit_queue_counts"),
}
"""Each module with the files of the unit tests that are about it."""
TESTS: Final = "tests/unit/log"
ALSO_COPIED: Final = ("tests/__init__.py", "tests/conftest.py", "tests/kit", "tests/unit/__init__.py", TESTS, "docs")
TOO_SLOW: Final = "flip or sectors or cut_at_any or json_dumps"
NEEDS_THE_REAL_PACKAGE: Final = "another_process_is_refused"
ALIVE: Final = ("survived", "no tests", "suspicious")

PROJECT: Final = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {modules}
also_copy = ["docs"]
pytest_add_cli_args = ["-p", "no:randomly", "-k", "not ({left_out})"]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
track_dependencies = false
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = "--import-mode=importlib"
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
"""


def tests_of(modules: list[str], *, own: bool) -> list[str]:
    names = sorted({name for module in modules for name in OWN_TESTS[module]})
    return [f"{TESTS}/test_{name}.py" for name in names] if own else [TESTS]


def lay_out(directory: Path, modules: list[str], tests: list[str]) -> None:
    """A project of its own: the service's package under src/, its unit tests, and what those read."""
    shutil.copytree(ROOT / "services/eventrail/src", directory / "src")
    for name in ALSO_COPIED:
        source, target = ROOT / name, directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    files = [f"src/eventrail/log/{module}.py" for module in modules]
    assert all((directory / file).is_file() for file in files), "each module is a file of the engine"
    left_out = f"{TOO_SLOW} or {NEEDS_THE_REAL_PACKAGE}"
    selected = json.dumps(tests)
    (directory / "pyproject.toml").write_text(PROJECT.format(modules=files, left_out=left_out, tests=selected))
    # It must stand on the path before the first import looks there.
    (directory / "mutants/src").mkdir(parents=True)


def run(directory: Path, *arguments: str) -> str:
    """What the mutation runner prints, its progress let through."""
    environment = os.environ | {"PYTHONPATH": str(directory / "mutants/src")}
    program = Path(sys.executable).with_name("mutmut")
    done = subprocess.run(
        [program, *arguments], cwd=directory, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"the mutation runner failed ({done.returncode}):\n{done.stdout[-4000:]}")
    return done.stdout


def verdicts(results: str) -> dict[str, str]:
    """Each mutant's verdict, by its name."""
    pairs = (line.strip().rsplit(": ", 1) for line in results.splitlines() if "__mutmut_" in line)
    return dict(pairs)


def by_module(found: dict[str, str]) -> dict[str, Counter[str]]:
    """How many mutants of each module came to each verdict; a name begins with `eventrail.log.MODULE.`."""
    tallies: dict[str, Counter[str]] = {}
    for mutant, verdict in found.items():
        tallies.setdefault(mutant.split(".")[2], Counter())[verdict] += 1
    return tallies


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutate modules of the engine.")
    parser.add_argument("modules", nargs="*", default=list(OWN_TESTS))
    parser.add_argument("--own", action="store_true", help="only against the tests that are about the modules")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=90.0, help="percent that must be killed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        directory = Path(name)
        lay_out(directory, options.modules, tests_of(options.modules, own=options.own))
        output = run(directory, "run", "--max-children", str(options.jobs))
        found = verdicts(run(directory, "results", "--all", "true"))
        if not found:
            sys.exit(f"no mutant was tried:\n{output[-4000:]}")
        alive = sorted(mutant for mutant, verdict in found.items() if verdict in ALIVE)
        for mutant in alive:
            print(f"{found[mutant]}: {mutant}\n{run(directory, 'show', mutant)}")
    percent = 100 * (len(found) - len(alive)) / len(found)
    for module, tally in sorted(by_module(found).items()):
        print(f"{module}: {dict(tally)}")
    print(f"mutants {len(found)}, killed {len(found) - len(alive)} ({percent:.1f} %), alive {len(alive)}")
    return 0 if percent >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
