"""docs/operations-assessment.md names every setting with its default, and its examples are command lines."""

import re
from pathlib import Path

import msgspec
import pytest

from assessment.cli import _parser
from assessment.settings import (
    PREFIX,
    CommandSettings,
    DatabaseSettings,
    LimitSettings,
    LoggingSettings,
    LogSettings,
    MailSettings,
    SweepSettings,
    WebSettings,
)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "operations-assessment.md").read_text()
ROWS = dict(re.findall(r"^\| `(ASSESSMENT_[A-Z0-9_]+)` \| [^|]*\| ([^|]*) \|", DOCUMENT, re.MULTILINE))
EXAMPLES = re.findall(r"^assessment .*$", DOCUMENT, re.MULTILINE)
FIELDS = [
    field
    for settings in (
        DatabaseSettings,
        LogSettings,
        CommandSettings,
        SweepSettings,
        MailSettings,
        WebSettings,
        LimitSettings,
        LoggingSettings,
    )
    for field in msgspec.structs.fields(settings)
]


def told(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        return "needed"
    if field.default in ("", ()):
        return "none"
    return f"{field.default:g}" if isinstance(field.default, float) else str(field.default)


def test_every_setting_is_documented_with_its_default() -> None:
    assert {PREFIX + field.name.upper(): told(field) for field in FIELDS} == ROWS


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_command_line(example: str) -> None:
    assert callable(_parser().parse_args(example.split()[1:]).run)
