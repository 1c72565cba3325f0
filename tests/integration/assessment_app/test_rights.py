"""Who may do what with which table, tried and compared with what is kept."""

from difflib import unified_diff

from assessment.read_models.database_roles import DatabaseRole
from tests.integration.assessment_app.rights import KEPT, rights
from tests.integration.assessment_app.world import World


async def test_every_role_has_the_rights_that_are_kept(database_url: str) -> None:
    """After a change that is meant: `python -m tests.integration.assessment_app.rights > …/rights.txt`."""
    differences = list(unified_diff(KEPT.read_text().splitlines(), await rights(database_url), lineterm=""))
    assert differences == [], "\n".join(differences)


async def test_a_right_too_many_is_seen(world: World, database_url: str) -> None:
    await world.side.execute("GRANT SELECT ON scratch.import_reports TO assessment_reader")
    await world.side.execute("GRANT SELECT ON live.versions TO assessment_reader")
    await world.side.execute("CREATE TABLE scratch.unknown (id uuid)")
    differences = set(await rights(database_url)) ^ set(KEPT.read_text().splitlines())
    told = {tuple(line.split()[:2]) for line in differences}
    assert told >= {("scratch.import_reports", DatabaseRole.READER), ("live.versions", DatabaseRole.READER)}
    assert ("scratch.unknown", DatabaseRole.OWNER) in told, "a table that is not kept is a difference"


def test_the_reader_has_no_answer_key_and_no_digest() -> None:
    lines = [line for line in KEPT.read_text().splitlines() if DatabaseRole.READER in line]
    assert [line.split()[0] for line in lines if "vault." in line and not line.endswith("-")] == ["vault.outgoing_mail"]
    for column in ("sealed_keys", "sha256", "token_sha256", "previous_sha256"):
        assert any(column in line for line in lines), column
