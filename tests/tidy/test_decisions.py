"""Decisions are counted, each has its number, and none is long."""

import re

from tests.tidy.tree import Source, files

NAME = re.compile(r"docs/adr/(\d{4})-[a-z0-9-]+\.md")
LINES = 60


def wrong(decisions: list[Source]) -> list[str]:
    """What is wrong with the names, numbers or lengths."""
    found = []
    for number, decision in enumerate(decisions, 1):
        name = NAME.fullmatch(decision.path)
        if name is None or int(name[1]) != number or not decision.text.startswith(f"# {number}. "):
            found.append(f"{decision.path} is not decision {number}")
        if len(decision.text.splitlines()) > LINES:
            found.append(f"{decision.path} has more than {LINES} lines")
    return found


def test_each_decision_has_its_number_and_is_short() -> None:
    assert wrong([source for source in files() if source.path.startswith("docs/adr/")]) == []


def test_controls() -> None:
    first = Source("docs/adr/0001-one.md", "# 1. One\n")
    assert wrong([first, Source("docs/adr/0002-two.md", "# 2. Two\n" + "\n" * (LINES - 1))]) == []
    for other in ("0001-two.md", "0003-two.md", "2-two.md"):
        assert wrong([first, Source(f"docs/adr/{other}", "# 2. Two\n")])
    assert wrong([Source("docs/adr/0001-one.md", "# 2. One\n")])
    assert wrong([Source("docs/adr/0001-one.md", "# 1. One\n" + "\n" * LINES)])
