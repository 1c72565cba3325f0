"""Every recipe says what it does, and README names only recipes that there are."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tidy.tree import ROOT

MENTIONED = re.compile(r"(?:^|[`&|;(]\s*|\s)just ([a-z][a-z-]*)(?=[`\s]|$)")


def recipes(justfile: Path) -> dict[str, Any]:
    beside = Path(sys.executable).with_name("just")
    program = str(beside) if beside.exists() else shutil.which("just")
    assert program is not None, "rust-just is locked for development"
    command = [program, "--justfile", str(justfile), "--dump", "--dump-format", "json"]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {name: recipe for name, recipe in found["recipes"].items() if not recipe["private"]}


def undocumented(found: dict[str, Any]) -> list[str]:
    return [name for name, recipe in found.items() if not recipe["doc"]]


def commands_of(text: str) -> set[str]:
    """What stands after `just` inside code, be it a span or a block."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return {name for part in code for name in MENTIONED.findall(part)}


def test_every_recipe_says_what_it_does() -> None:
    found = recipes(ROOT / "justfile")
    assert undocumented(found) == []
    assert {"setup", "up", "demo", "check", "test", "test-containers", "golden", "prove", "lock"} <= set(found)


def test_every_recipe_that_runs_python_makes_the_environment_first() -> None:
    found = recipes(ROOT / "justfile")
    needing = {
        name for name, recipe in found.items() if any(word in json.dumps(recipe["body"]) for word in ("python", "bin"))
    }
    unprepared = [name for name in needing if not recipe_needs(found, name)]
    assert needing
    assert unprepared == []


def recipe_needs(found: dict[str, Any], name: str) -> bool:
    names = [dependency["recipe"] for dependency in found[name]["dependencies"]]
    return "setup" in names or any(recipe_needs(found, other) for other in names)


@pytest.mark.parametrize(
    "page", sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
)
def test_pages_name_recipes_that_there_are(page: str) -> None:
    assert commands_of((ROOT / page).read_text()) <= set(recipes(ROOT / "justfile"))


def test_readme_names_the_two_commands() -> None:
    assert {"up", "demo"} <= commands_of((ROOT / "README.md").read_text())


def test_controls(tmp_path: Path) -> None:
    justfile = tmp_path / "justfile"
    justfile.write_text("# says it\ngood:\n    true\n\nbad:\n    true\n")
    assert undocumented(recipes(justfile)) == ["bad"]
    assert commands_of("just a word, `just one`, `pip install x && just two`\n```\njust three --x\n```\n") == {
        "one",
        "two",
        "three",
    }
