import io
from pathlib import Path

import pytest
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, bindparam, select

from assessment.app.constraints import known_constraints
from assessment.app.interruption import Point, armed, uninterrupted
from assessment.operator_errors import one_line
from assessment.projections.progress import PLAIN_SECONDS, Shown, told
from assessment.read_models.statements import compiled
from assessment.read_models.tables import metadata
from assessment.settings import DatabaseSettings, LimitsInverted, LogSettings, check_budgets, database_settings
from servicekit.settings import SettingsRefused

STRUCTURAL = ("_known", "_is_whole", "_has_one_row", "_position_in_range", "_by_employer", "_attempt_in_range")
FAULTS_OF_OURS = {
    "api_keys_generation_in_range",
    "api_keys_previous_secret_once",
    "api_keys_secret_once",
    "assessments_slug_once",
    "invites_token_once",
    "sittings_closing_after_deadline",
    "sittings_deadline_after_start",
    "submissions_percent_in_range",
    "submissions_points_in_range",
    "versions_once",
    "saved_answers_once",
    "verifications_generation_in_range",
}


def test_every_named_constraint_has_a_refusal_or_can_only_be_broken_by_a_fault_of_ours() -> None:
    names = {str(one.name) for table in metadata.tables.values() for one in table.constraints if one.name is not None}
    names |= {str(index.name) for table in metadata.tables.values() for index in table.indexes if index.unique}
    unsaid = {name for name in names - known_constraints() if not name.endswith(STRUCTURAL)}
    assert unsaid == FAULTS_OF_OURS
    assert known_constraints() - names == {"candidates_pkey", "sittings_pkey"}
    kinds = {type(one) for table in metadata.tables.values() for one in table.constraints}
    assert {ForeignKeyConstraint, UniqueConstraint} <= kinds


def test_parameters_are_named_and_what_the_statement_holds_is_filled_in() -> None:
    table = metadata.tables["live.employers"]
    statement = compiled(select(table.c.name).where(table.c.id == bindparam("id"), table.c.active_limit == 3))
    assert statement.arguments(id="e1") == ("e1", 3)
    with pytest.raises(KeyError):
        statement.arguments()


async def test_nothing_is_interrupted_unless_it_was_asked_for(tmp_path: Path) -> None:
    assert armed("") is uninterrupted
    await uninterrupted(Point.APPENDED)
    await armed(f"appended:pause:{tmp_path / 'pause'}")(Point.LOCKED)
    assert not (tmp_path / "pause").exists()
    with pytest.raises(ValueError, match="nowhere"):
        armed("nowhere:kill")


def test_an_idle_transaction_must_outlive_an_append() -> None:
    log = LogSettings(eventrail_url="", eventrail_token="", append_seconds=5)
    check_budgets(DatabaseSettings(database_url="", idle_transaction_seconds=5.1), log)
    with pytest.raises(LimitsInverted):
        check_budgets(DatabaseSettings(database_url="", idle_transaction_seconds=5), log)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(SettingsRefused) as refused:
        database_settings({})
    assert one_line(refused.value) == "ASSESSMENT_DATABASE_URL: is needed and not set"


def test_progress_says_how_much_how_fast_and_how_long() -> None:
    assert told(1_000, 4_000, 2) == "1,000 of 4,000 events (25%), 500 events/s, 6 s left"
    assert told(4_000, 4_000, 4) == "4,000 of 4,000 events (100%), 1,000 events/s"
    assert told(0, 0, 0) == "0 of 0 events (100%), 0 events/s"


def test_progress_is_plain_where_nobody_watches_a_terminal() -> None:
    stream, now = io.StringIO(), [0.0]
    progress = Shown(stream, lambda: now[0])
    progress.phase("folding the log", 100)
    for done in range(1, 101):
        now[0] += PLAIN_SECONDS / 10
        progress.at(done)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "folding the log"
    assert len(lines) == 11
    assert "\x1b" not in stream.getvalue()
