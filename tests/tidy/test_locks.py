"""Every package is locked by hash, and an image gets the versions that were tested."""

import re
from collections.abc import Iterator

from tests.tidy.tree import ROOT

REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)")
LOCKS = ("requirements.lock", "services/eventrail/requirements.lock", "services/assessment/requirements.lock")


def without_hash(lock: str) -> Iterator[str]:
    for block in re.split(r"\n(?=\S)", lock.strip()):
        if not REQUIREMENT.match(block) or "--hash=sha256:" not in block:
            yield block.partition("\n")[0]


def versions(lock: str) -> dict[str, str]:
    found = (REQUIREMENT.match(line) for line in lock.splitlines())
    return {match[1].lower(): match[2] for match in found if match}


def disagreements(service: str, root: str) -> list[str]:
    tested = versions(root)
    return [f"{name} {version}" for name, version in versions(service).items() if tested.get(name) != version]


def test_every_package_has_its_hashes() -> None:
    for lock in LOCKS:
        text = (ROOT / lock).read_text()
        assert versions(text), lock
        assert list(without_hash(text)) == [], lock


def test_images_get_what_was_tested() -> None:
    root = (ROOT / LOCKS[0]).read_text()
    for lock in LOCKS[1:]:
        assert disagreements((ROOT / lock).read_text(), root) == [], lock


def test_controls() -> None:
    good = "a==1.0 \\\n    --hash=sha256:00\nb==2 ; python_version < '4' \\\n    --hash=sha256:00\n"
    assert list(without_hash(good)) == []
    assert list(without_hash(good + "c==3\n")) == ["c==3"]
    assert list(without_hash(good + "c @ file:///x\n")) == ["c @ file:///x"]
    assert disagreements("a==1.0\n", good) == []
    assert disagreements("a==1.1\nz==1\n", good) == ["a 1.1", "z 1"]
