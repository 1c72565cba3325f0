"""docs/operations.md against the program: every example is a command line, every exit code has its row."""

import re
import shlex
from pathlib import Path

import pytest

from eventrail.commands.parsing import parser
from eventrail.exit_codes import ExitCode

DOCUMENT = Path(__file__).parents[3] / "docs" / "operations.md"
TEXT = DOCUMENT.read_text()
BLOCKS = re.split(r"^```\w*\n", TEXT, flags=re.MULTILINE)[1::2]
EXAMPLES = [line for block in BLOCKS for line in block.splitlines() if line.startswith("eventrail ")]
COMMANDS = {"serve", "append", "tail", "read", "stats", "verify", "repair", "backup", "restore", "export", "import"}


def arguments_of(example: str) -> list[str]:
    words = shlex.split(example, comments=True)[1:]
    return words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_parsed(example: str) -> None:
    assert parser().parse_args(arguments_of(example)).command in COMMANDS


def test_every_command_has_an_example() -> None:
    assert {arguments_of(example)[0] for example in EXAMPLES} == COMMANDS


def test_control_a_wrong_example_is_found() -> None:
    with pytest.raises(SystemExit) as refused:
        parser().parse_args(arguments_of("eventrail verify --surprise"))
    assert refused.value.code == ExitCode.USAGE


def test_the_table_of_exit_codes_is_that_of_the_program() -> None:
    section = TEXT.partition("## Exit codes")[2]
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert [(int(code), name) for code, name, _ in rows] == [(code.value, code.name) for code in ExitCode]


def test_links_on_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", found.lower()).replace(" ", "-")
        for found in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        name, _, anchor = target.partition("#")
        assert (DOCUMENT.parent / name).exists()
        assert name or anchor in headings
