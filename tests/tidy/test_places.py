"""No file knows a package registry's host or a path of somebody's machine."""

import re
from collections.abc import Iterable, Iterator

from tests.tidy.tree import Source, files

# put together here, so that this file is not a finding of its own
HOSTS = re.compile(
    "|".join(
        first + last
        for first, last in (("py", r"pi\.org"), ("python", "hosted"), ("npm", r"js\.org"), (r"deb\.", "debian"))
    )
)
PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(("wo" + "rk", "fa" + "rm", "ro" + "ot", "ho" + "me", "Us" + "ers")) + r")/[\w.]"
)
LOCAL_TEMPORARY = re.compile(r"(?<![\w.])/tmp/wo" + r"rk\b")


def named_places(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            if HOSTS.search(line) or PATHS.search(line) or LOCAL_TEMPORARY.search(line):
                yield f"{source.path}:{number}: {line.strip()[:120]}"


def test_nothing_names_a_registry_or_a_machine() -> None:
    assert list(named_places(files())) == []


def test_control_each_kind_is_found() -> None:
    bad = [
        "https://py" + "pi.org/simple",
        "files.python" + "hosted.org",
        "/wo" + "rk/main",
        "cd /ro" + "ot/x",
        "/tmp/wo" + "rk",
    ]
    assert len(list(named_places([Source("a", "\n".join(bad))]))) == len(bad)


def test_control_what_only_looks_alike_is_left() -> None:
    assert (
        list(named_places([Source("a", "net/wo" + "rk/x\n./wo" + "rk/x\n/proc/self/cwd\nframework/ro" + "ot/x")])) == []
    )


def test_the_lock_is_the_one_with_hashes() -> None:
    assert "uv" + ".lock" not in {source.path for source in files()}
