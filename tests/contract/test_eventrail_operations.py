"""docs/operations.md names every setting and every exit code, as they are."""

import re
from pathlib import Path

import msgspec

from eventrail.exit_codes import ExitCode
from eventrail.settings import PREFIX, ServeSettings

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE)
    assert [(int(number), name) for number, name in rows] == [(code.value, code.name) for code in ExitCode]


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(EVENTRAIL_[A-Z_]+)` \| [^|]*\| ([^|]*) ?\|", OPERATIONS, re.MULTILINE))
    fields = msgspec.structs.fields(ServeSettings)
    assert list(rows) == [PREFIX + field.name.upper() for field in fields]
    for field, documented in zip(fields, rows.values(), strict=True):
        default = f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
        assert documented.strip().strip("`") == (default.lower() if isinstance(field.default, bool) else default)
